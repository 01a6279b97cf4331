/* SPDX-License-Identifier: MIT */
/* Tests of reading in number.h where only decimal.h can decide: floats that
 * lie between two doubles, or next to it. */
#include "json/decimal.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"

#ifdef _WIN32 /* mingw's own is wrong in the last bit of some numbers */
#define strtod(text, end) _strtod_l(text, end, NULL)
#endif
#include "json/number.h"

/* The locale is that of C here, so strtod knows what is right. */
static bool is_float(const char *text)
{
    double right = strtod(text, NULL);
    struct luma_node node = {0};

    return number_read(text, strlen(text), &node) &&
           node.kind == LUMA_JSON_FLOAT &&
           memcmp(&node.number, &right, sizeof right) == 0;
}

/* Every power of ten, with digits that need more than one multiplication. */
static void test_powers_of_ten(void)
{
    static const char *const digits[] = {
        "1",
        "9007199254740993",
        "12345678901234567",
        "1234567890123456789",
        "9999999999999999999",
        "18446744073709551615",
        "123456789012345678901234567890",
    };
    char text[60];
    size_t i;
    int power, wrong = 0;

    for (power = -380; power <= 330; power++)
        for (i = 0; i < COUNT(digits); i++) {
            snprintf(text, sizeof text, "%s.0e%d", digits[i], power);
            check_case = text;
            if (!is_float(text) && wrong++ < 5)
                CHECK(!"right");
        }
    CHECK(wrong == 0);
    check_case = "";
}

/* The number itself, and numbers next to it: with the last digit one less, and
 * with something behind it. `text` has room for that. */
static bool are_floats(char *text)
{
    size_t len = strcspn(text, "e");
    char e[20];
    bool right = is_float(text);

    snprintf(e, sizeof e, "%s", text + len);
    sprintf(text + len, "%0900d1%s", 0, e);
    right = is_float(text) && right;
    sprintf(text + len, "0000000000000000000000000000001%s", e);
    right = is_float(text) && right;
    while (text[len - 1] == '0' || text[len - 1] == '.')
        len--;
    text[len - 1]--;
    sprintf(text + len, "%s", e);
    return is_float(text) && right;
}

/* Numbers exactly between two doubles have up to 767 digits. Where long double
 * is no longer than double, they are doubles. */
static void test_halves(void)
{
    static const double doubles[] = {
        0,
        0x1p-1074,
        0x3p-1074,
        0x1p-1073,
        0x1p-1022,
        0x1p-1021,
        0x0.fffffffffffffp-1022,
        0x0.ffffffffffffep-1022,
        0x1.fffffffffffffp-1022,
        0x1.fffffffffffffp-1,
        1,
        0x1p52,
        0x1p53,
        0x1.0000000000001p53,
        0x1p63,
        0x1.fffffffffffffp63,
        0x1p64,
        0x1p100,
        0x1.fffffffffffffp1022,
        0x1.fffffffffffffp1023,
    };
    char text[2400];
    uint64_t seed = 1;
    size_t i;
    int wrong = 0;

    check_case = text;
    for (i = 0; i < COUNT(doubles) + 2000; i++) {
        uint64_t bits = (uint64_t)chance(&seed, 1u << 31) << 32 ^
                        chance(&seed, 1u << 31);
        double low;
        long double half;

        memcpy(&low, &bits, sizeof low);
        if (i < COUNT(doubles))
            low = doubles[i];
        if (low - low != 0) /* not finite */
            continue;
        half = low + ((long double)nextafter(low, 0x1p1023 * 1.5) - low) / 2;
        if (low >= 0x1p1023 * 1.5)
            half = low + ((long double)low - nextafter(low, 0)) / 2;
        if (half == 0) /* long double is no longer than double */
            continue;
        snprintf(text, sizeof text, "%.800Le", half);
        if (!are_floats(text) && wrong++ < 5)
            CHECK(!"right");
    }
    CHECK(wrong == 0);
    check_case = "";
}

static void test_comparison(void)
{
    static const struct {
        const char *text;
        long exponent;
        uint64_t m;
        int e, order;
    } rows[] = {
        {"1", 0, 1, 0, 0},       {"2", 0, 1, 1, 0},
        {"3", 0, 1, 1, 1},       {"0.5", -1, 1, -1, 0},
        {"0.50", -2, 1, -1, 0},  {"0.4", -1, 1, -1, -1},
        {"1024", 0, 1, 10, 0},   {"1", 3, 125, 3, 0},
        {"1", -3, 1, -10, 1},    {"9007199254740993", 0, 1, 53, 1},
        {"000100", -2, 1, 0, 0}, {"0000", 0, 1, 0, -1},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        int order;

        check_case = rows[i].text;
        order = decimal_compare(rows[i].text, strlen(rows[i].text),
                                rows[i].exponent, rows[i].m, rows[i].e);
        CHECK((order > 0) - (order < 0) == rows[i].order);
    }
    check_case = "";
}

/* Digits beyond those that count are not lost. */
static void test_long_tails(void)
{
    char nines[800], one[801];

    memset(nines, '9', sizeof nines);
    memset(one, '0', sizeof one);
    one[0] = one[800] = '1';
    CHECK(decimal_compare(nines, 800, -800, 1, 0) < 0);
    CHECK(decimal_compare(one, 801, -800, 1, 0) > 0);
    CHECK(decimal_compare(one, 800, -799, 1, 0) == 0);
    CHECK(decimal_compare(one, 801, -800, 2, 0) < 0);
}

/* Numbers without room are still on the right side of those with room. */
static void test_far_away(void)
{
    CHECK(decimal_compare("1", 1, 5000, 1, 0) > 0);
    CHECK(decimal_compare("1", 1, -5000, 1, 0) < 0);
    CHECK(decimal_compare("1", 1, 0, 1, 9000) < 0);
    CHECK(decimal_compare("0", 1, 5, 1, 0) < 0);
    CHECK(decimal_compare("0", 1, 5, 0, 0) == 0);
}

int main(void)
{
    test_powers_of_ten();
    test_halves();
    test_comparison();
    test_long_tails();
    test_far_away();
    return check_done();
}
