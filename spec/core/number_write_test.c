/* SPDX-License-Identifier: MIT */
/* Tests of writing in number.h: exact integers, and floats with the fewest
 * digits that are read back as the same double. */
#include "json/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"

#ifdef _WIN32 /* mingw's own is wrong in the last bit of some numbers */
#define strtod(text, end) _strtod_l(text, end, NULL)
#endif

enum { RANDOM_DOUBLES = 200000 };

/* Writes a value, with a NUL behind it; the block ends where its room ends. */
static void write_text(double value, char text[NUMBER_SIZE + 1])
{
    char *room = malloc(NUMBER_SIZE);
    size_t n;

    must(room);
    n = number_write(value, room);
    memcpy(text, room, n);
    text[n] = '\0';
    free(room);
}

static void test_integers(void)
{
    static const struct {
        int64_t value;
        const char *text;
    } integers[] = {
        {0, "0"},
        {7, "7"},
        {-7, "-7"},
        {10, "10"},
        {9007199254740993, "9007199254740993"},
        {1234567890123456789, "1234567890123456789"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    size_t i;

    for (i = 0; i < COUNT(integers); i++) {
        char text[NUMBER_SIZE];
        size_t n = number_write_integer(integers[i].value, text);

        CHECK_BYTES(text, n, integers[i].text, strlen(integers[i].text));
    }
}

static const struct {
    double value;
    const char *text;
} floats[] = {
    /* without fraction */
    {0.0, "0"},
    {-0.0, "-0"},
    {3.0, "3"},
    {-3.0, "-3"},
    {1e15, "1000000000000000"},
    {1e17, "100000000000000000"},
    {0x1p53, "9007199254740992"},
    {0x1p60, "1152921504606846976"},
    {0x1.fffffffffffffp62, "9223372036854774784"},
    {-0x1p63, "-9223372036854775808"},
    {0x1p63, "9.223372036854776e+18"},
    {1e19, "1e+19"},
    {-1.5e20, "-1.5e+20"},
    {1e21, "1e+21"},
    {1e22, "1e+22"},
    {1e23, "1e+23"},
    {1e300, "1e+300"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    /* with a fraction */
    {0.5, "0.5"},
    {-0.5, "-0.5"},
    {0.1, "0.1"},
    {0.3, "0.3"},
    {0x1.3333333333334p-2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"},
    {99.9, "99.9"},
    {100.25, "100.25"},
    {5.041667, "5.041667"},
    {123456.789, "123456.789"},
    {4503599627370495.5, "4503599627370495.5"},
    {1234567890.125, "1234567890.125"},
    {0.001, "0.001"},
    {0.0001, "0.0001"},
    {0.00012345678901234567, "0.00012345678901234567"},
    {0.00001, "1e-5"},
    {0.000012345, "1.2345e-5"},
    {1e-7, "1e-7"},
    {1e-10, "1e-10"},
    {0.9999999999999999, "0.9999999999999999"},
    {1.0000000000000002, "1.0000000000000002"},
    {9.5367431640625e-7, "9.5367431640625e-7"},
    /* powers of two, whose neighbours are not equally far away */
    {0x1p-44, "5.684341886080802e-14"},
    {0x1p-1022, "2.2250738585072014e-308"},
    {0x1p-24, "5.960464477539063e-8"},
    {0x1p100, "1.2676506002282294e+30"},
    {0x1p1023, "8.98846567431158e+307"},
    /* subnormal */
    {0x1p-1074, "5e-324"},
    {-0x1p-1074, "-5e-324"},
    {0x3p-1074, "1.5e-323"},
    {0x0.fffffffffffffp-1022, "2.225073858507201e-308"},
    {1e-320, "1e-320"},
};

static void test_floats(void)
{
    char text[NUMBER_SIZE + 1];
    size_t i;

    for (i = 0; i < COUNT(floats); i++) {
        write_text(floats[i].value, text);
        CHECK_TEXT(text, floats[i].text);
    }
}

static void test_none(void)
{
    char text[NUMBER_SIZE];

    CHECK(number_write(NAN, text) == 0);
    CHECK(number_write(HUGE_VAL, text) == 0);
    CHECK(number_write(-HUGE_VAL, text) == 0);
}

static double read_back(const char *text)
{
    struct luma_node node = {0};

    if (!number_read(text, strlen(text), &node))
        return NAN;
    return node.kind == LUMA_JSON_INTEGER ? (double)node.integer : node.number;
}

/* Copies the digits that count, and returns how many there are. */
static int digits_of(const char *text, char *digits)
{
    int n = 0;

    for (; *text && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (n || *text != '0'))
            digits[n++] = *text;
    while (n && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

/* One digit less is another double; and as many digits give no number that is
 * nearer, where this one is not below the double next to a power of two. */
static bool is_shortest(double value, const char *text)
{
    char digits[64], other[64], less[64];
    int n = digits_of(text, digits), exponent;

    snprintf(less, sizeof less, "%.*e", n - 2, value);
    if (n > 1 && strtod(less, NULL) == value)
        return false;
    snprintf(less, sizeof less, "%.*e", n - 1, value);
    digits_of(less, other);
    return strcmp(digits, other) == 0 || fabs(frexp(value, &exponent)) == 0.5;
}

static void test_random(void)
{
    uint64_t seed = 1;
    char text[NUMBER_SIZE + 1];
    int i, wrong = 0;

    check_case = text;
    for (i = 0; i < RANDOM_DOUBLES; i++) {
        uint64_t bits = (uint64_t)chance(&seed, 1u << 31) << 33 ^
                        (uint64_t)chance(&seed, 1u << 31) << 16 ^
                        chance(&seed, 1u << 31);
        double value;

        memcpy(&value, &bits, sizeof value);
        if (i % 4) /* of the size that numbers have in real life */
            value = (double)(int64_t)bits / (double)(1ull << bits % 64);
        if (i % 4 == 2)
            value = (double)(bits % 1000000000) / 1000;
        if (i % 256 == 0) /* also what has one bit only */
            value = ldexp(1, (int)(bits % 2098) - 1074);
        if (!isfinite(value))
            continue;
        write_text(value, text);
        if (read_back(text) != value && wrong++ < 5)
            CHECK(!"read back");
        if (strpbrk(text, ".e") ? !is_shortest(value, text)
                                : strtoll(text, NULL, 10) != (int64_t)value)
            if (wrong++ < 5)
                CHECK(!"shortest");
    }
    CHECK(wrong == 0);
    check_case = "";
}

static void test_whole(void)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1000.0, "1000"},
        {0x1p53, "9007199254740992"},
        {0x1p63, "9223372036854776000"},
        {-0x1p63, "-9223372036854775808"},
        {1e20, "100000000000000000000"},
        {-1.5e21, "-1500000000000000000000"},
    };
    char text[NUMBER_DIGITS_SIZE];
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        size_t n = number_write_digits(rows[i].value, text);

        CHECK_BYTES(text, n, rows[i].text, strlen(rows[i].text));
    }
    CHECK_INT(number_write_digits(-1.7976931348623157e308, text), 310);
}

int main(void)
{
    test_integers();
    test_whole();
    test_floats();
    test_none();
    test_random();
    return check_done();
}
