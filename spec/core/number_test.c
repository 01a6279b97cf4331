/* SPDX-License-Identifier: MIT */
/* Tests of reading in number.h: kinds, exact integers, and floats that are
 * strtod's bit for bit, also where the host's locale has a decimal comma. */
#include "json/number.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "check.h"
#include "luma.h"

enum { RANDOM_DOUBLES = 100000 };

#ifdef _WIN32
#define locale_t                    _locale_t
#define strtod_l                    _strtod_l
#define newlocale(mask, name, base) _create_locale(LC_ALL, name)
#define freelocale                  _free_locale
#endif

static locale_t c_locale;

/* The text ends where its block ends, so that reading on is caught. */
static bool read_exact(const char *text, size_t len, struct luma_node *node)
{
    char *copy = malloc(len ? len : 1);
    bool ok;

    if (!copy)
        abort();
    memcpy(copy, text, len);
    ok = number_read(copy, len, node);
    free(copy);
    return ok;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t random_bits(void)
{
    static uint64_t x = 0x9E3779B97F4A7C15u;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* ---- integers ---------------------------------------------------------- */

static void test_integers(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } integers[] = {
        {"0", 0},
        {"-0", 0},
        {"7", 7},
        {"-7", -7},
        {"10", 10},
        {"1234567890", 1234567890},
        {"4294967296", 4294967296},
        {"9007199254740993", 9007199254740993},
        {"-9007199254740993", -9007199254740993},
        {"999999999999999999", 999999999999999999},
        {"1000000000000000000", 1000000000000000000},
        {"9223372036854775806", INT64_MAX - 1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    size_t i;

    for (i = 0; i < COUNT(integers); i++) {
        struct luma_node node = {0};

        check_case = integers[i].text;
        CHECK(read_exact(integers[i].text, strlen(integers[i].text), &node));
        CHECK_INT(node.kind, LUMA_JSON_INTEGER);
        CHECK_INT(node.integer, integers[i].value);
    }
}

static void test_big_integers(void)
{
    static const char *const bigs[] = {
        "9223372036854775808",
        "-9223372036854775809",
        "9999999999999999999",
        "10000000000000000000",
        "-10000000000000000000",
        "18446744073709551615", /* 2^64 - 1 */
        "18446744073709551616",
        "-18446744073709551616",
        "18446744073709551617",
        "184467440737095516150",
        "184467440737095516160",
        "18446744073709551616000000000000000000000",
        "99999999999999999999999999999999999999999999999999999999999999999999",
        "1234567890123456789012345678901234567890123456789012345678901234",
    };
    size_t i;

    for (i = 0; i < COUNT(bigs); i++) {
        struct luma_node node = {0};
        size_t len = strlen(bigs[i]);

        check_case = bigs[i];
        CHECK(read_exact(bigs[i], len, &node));
        CHECK_INT(node.kind, LUMA_JSON_BIGINT);
        CHECK(same_bits(luma_bigint_to_double(bigs[i], len),
                        strtod_l(bigs[i], NULL, c_locale)));
    }
}

/* ---- floats ------------------------------------------------------------ */

static bool is_float(const char *text)
{
    struct luma_node node = {0};

    return read_exact(text, strlen(text), &node) &&
           node.kind == LUMA_JSON_FLOAT &&
           same_bits(node.number, strtod_l(text, NULL, c_locale));
}

/* Copies the first word of the list and returns the rest; NULL at its end. */
static const char *next_word(const char *list, char *word, size_t size)
{
    size_t n;

    list += strspn(list, " ");
    n = strcspn(list, " ");
    snprintf(word, size, "%.*s", (int)n, list);
    return n ? list + n : NULL;
}

static void test_floats(void)
{
    static const char floats[] =
        "0.0 -0.0 0e0 -0e-5 0.0e99 0e999999999999 0.5 -0.5 1.0 1e0 1E0 1e+0 "
        "1e-0 1e05 1e-005 100.00 0.1 0.2 0.3 5.041667 99.9 3.14159 1e22 1e-22 "
        "1e23 1e-23 123e22 9007199254740993e22 9007199254740992e22 "
        "9007199254740991e-22 9007199254740992.0 9007199254740993.0 "
        "-9007199254740993.0 9007199254740995.0 "
        "9007199254740993.00000000000000000000000000000000000000000000000001 "
        "123456789012345678e-5 1234567890123456789012345678e-28 "
        "18446744073709551615.0 18446744073709551616.0 "
        "184467440737095516150e-1 1844674407370955161.60 "
        "9223372036854775807.0 -9223372036854775808e0 2.2250738585072011e-308 "
        "2.2250738585072012e-308 2.2250738585072014e-308 "
        "1.7976931348623157e308 1.7976931348623158e308 "
        "-1.7976931348623157E+308 5e-324 4.9e-324 2.5e-324 "
        "2.4703282292062327e-324 2.4703282292062328e-324 "
        "6.9294956446009195e15 8.98846567431158e307 "
        "3.518437208883201171875e13 62.5364939768271845828 8.10109172351e-10 "
        "1.50000000000000011102230246251565 2.1e1 10e-1 "
        "0.000000000000000000000000000000000000000000000000000000000000001 "
        "0.00000000000000000000001e23 1000000000000000000000.0e-21 "
        "1.23456789012345678901234567890123456789012345678901234567890e5 "
        "1.234567890123456789012345678901234567890123456789012345678901e5 "
        "1.2345678901234567890123456789012345678901234567890123456789012e5 "
        "1.7976931348623159e308 1e309 -1e999 1e100000 1e1000000 "
        "1e99999999999999999999 1e-400 -1e-999 2e-324 1e-99999999999999999999 "
        "123.456e2147483647 123.456e-2147483648 1e4294967296 1e-4294967296 "
        "1.5e18446744073709551616";
    const char *p = floats;
    char text[100];

    check_case = text;
    while ((p = next_word(p, text, sizeof text)))
        CHECK(is_float(text));
    check_case = "";
}

/* 0.000...0001e...: many zeros, and an exponent that makes up for them or not.
 */
static void test_zeros_and_exponents(void)
{
    static const long zeros[] = {1, 22, 23, 99, 999, 99999, 999999};
    static const char *const exponents[] = {
        "e1", "e22", "e24", "e100", "e1000", "e100000", "e1000000", "e1000001",
    };
    size_t i, k;

    for (i = 0; i < COUNT(zeros); i++) {
        size_t n = (size_t)zeros[i];
        char *text = malloc(n + 20);

        if (!text)
            abort();
        memset(text, '0', n + 2);
        text[1] = '.';
        for (k = 0; k < sizeof exponents / sizeof *exponents; k++) {
            check_case = exponents[k];
            snprintf(text + n + 2, 18, "1%s", exponents[k]);
            CHECK(is_float(text));
        }
        free(text);
    }
}

/* Whole when it was printed without point and exponent. */
static bool is_right(const char *text)
{
    struct luma_node node = {0};
    long long whole;

    if (strpbrk(text, ".e"))
        return is_float(text);
    errno = 0;
    whole = strtoll(text, NULL, 10);
    if (!read_exact(text, strlen(text), &node))
        return false;
    return errno ? node.kind == LUMA_JSON_BIGINT
                 : node.kind == LUMA_JSON_INTEGER && node.integer == whole;
}

static void test_random_doubles(void)
{
    char text[400];
    int i, wrong = 0;

    check_case = text;
    for (i = 0; i < RANDOM_DOUBLES; i++) {
        uint64_t bits = random_bits();
        double value;
        int way;

        memcpy(&value, &bits, sizeof value);
        if (value != value || value - value != 0) /* not finite */
            continue;
        if (i % 2) /* of the size that numbers have in real life */
            value = (double)(int64_t)bits / (double)(1 + (random_bits() >> 40));
        for (way = 17; way > 0; way -= 1 + (int)(random_bits() % 6)) {
            snprintf(text, sizeof text, "%.*g", way, value);
            if (!is_right(text) && wrong++ < 5)
                CHECK(!"right");
        }
    }
    CHECK(wrong == 0);
    check_case = "";
}

/* Digits, a point somewhere, an exponent: around what one multiplication can
 * do. */
static void test_random_digits(void)
{
    char text[80];
    int i, wrong = 0;

    check_case = text;
    for (i = 0; i < RANDOM_DOUBLES; i++) {
        snprintf(text, sizeof text, "%s%llu.%llue%d", i % 3 ? "" : "-",
                 (unsigned long long)random_bits() >> random_bits() % 64,
                 (unsigned long long)random_bits() >> random_bits() % 64,
                 (int)(random_bits() % 60) - 30);
        if (!is_right(text) && wrong++ < 5)
            CHECK(!"right");
    }
    CHECK(wrong == 0);
    check_case = "";
}

/* ---- no numbers -------------------------------------------------------- */

static void test_wrong(void)
{
    static const char wrong[] =
        "- + . e E +1 +0 --1 -+1 01 00 -01 -00 00.5 0123 1. -1. 0. .5 -.5 "
        "1.e5 1..2 1.2.3 1e 1E 1e+ 1e- 1e++5 1e+-5 1e5e5 1e5.5 1e5+ e5 -e5 "
        ".e5 0.e1 1- 1-1 1+1 0x10 0X1p4 1f 1.5f 1,5 1_000 Infinity -Infinity "
        "inf nan NaN 1a a1 0b1 0o7 123456789012345678901234567890- "
        "0.00000000000000000000000000000000000000000000000000000000000000e";
    const char *p = wrong;
    struct luma_node node;
    char text[100];

    check_case = text;
    while ((p = next_word(p, text, sizeof text)))
        CHECK(!read_exact(text, strlen(text), &node));
    check_case = "";
}

static void test_wrong_bytes(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {
        {"", 0},    {" ", 1},         {"1 ", 2},       {" 1", 2},
        {"- 1", 3}, {"1e5 ", 4},      {"1\n", 2},      {"1\0", 2},
        {"\0", 1},  {"1\xC2\xA0", 3}, {"\xD9\xA1", 2},
    };
    struct luma_node node;
    size_t i;

    for (i = 0; i < COUNT(wrong); i++)
        CHECK(!read_exact(wrong[i].bytes, wrong[i].len, &node));
}

/* A number is as long as is said, whatever stands behind it. */
static void test_length(void)
{
    struct luma_node node;

    CHECK(number_read("12345", 2, &node) && node.integer == 12);
    CHECK(number_read("1.55", 3, &node) && node.number == 1.5);
    CHECK(number_read("1e10", 3, &node) && node.number == 10);
    CHECK(same_bits(luma_bigint_to_double("123456789012345678901", 20),
                    strtod_l("12345678901234567890", NULL, c_locale)));
}

static void test_chars(void)
{
    int c;

    for (c = 0; c < 256; c++)
        if (number_has_char((char)c) != (c && strchr("0123456789.+-eE", c)))
            CHECK(!"a byte that may stand in a number");
}

static void test_all(void)
{
    test_integers();
    test_big_integers();
    test_floats();
    test_zeros_and_exponents();
    test_wrong();
    test_wrong_bytes();
    test_length();
    test_chars();
}

static bool use_german(void)
{
#ifdef _WIN32
    return setlocale(LC_ALL, "German_Germany.1252") != NULL;
#else
    must(setenv("LOCPATH", "build/locale", 0) == 0);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
#endif
}

int main(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!CHECK(c_locale))
        return check_done();
    test_all();
    test_random_doubles();
    test_random_digits();
    CHECK(use_german());
    test_all();
    freelocale(c_locale);
    return check_done();
}
