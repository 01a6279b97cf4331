/* SPDX-License-Identifier: MIT */
/* Numbers about their limits, strings with every kind of escape, and nests. */
#include "sample.h"

#include <stdio.h>

#include "spec/core/check.h"

static const char *const numbers[] = {
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "-1",
    "7",
    "10",
    "1360",
    "5.041667",
    "0.1",
    "99.9",
    "1e5",
    "1E+5",
    "1e-5",
    "-2.5E-3",
    "12345678",
    "123456789012345678",
    "1234567890123456789",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "123456789012345678901234567890",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "2.2250738585072014e-308",
    "2.2250738585072012e-308",
    "4.9e-324",
    "2e-324",
    "1e999",
    "-1e999",
    "1e-999",
    "1e22",
    "1e23",
    "9007199254740993.0",
    "0.30000000000000004",
    "3.141592653589793",
    "1e99999999999999999999",
    "0e5",
    "1.000",
    "2147483648",
    "4294967296",
};

static const char *const pieces[] = {
    "cat dance",
    "a",
    "id",
    "completed",
    "2024-12-22T13:38:40.139Z",
    "4665a07c-7641-4809-a133-10786201bb56",
    "https://storage.cdn-luma.com/dream-machine/b0d67582/video.mp4?a=1&b=2",
    "em9csKqXYUgqdHVmmqeZLB8YaFpLjVw2bmFTTElBHhMNTzgodD8eVzUeTDorRSkY",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b\\f\\r\\t",
    "\\u0041",
    "\\u0000",
    "\\u00e9\\u20ac",
    "\\uFFFF",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\ud83d\\ude00",
    "\\\\ud83d",
    "\xC3\xA9",
    "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80",
    "\xFF",
    "\x01",
    "\t",
    "\x1F",
    "\x7F",
    "{}[],:",
    " ",
    "null",
    "123",
};

static void add_digits(struct buf *to, uint64_t *seed, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        char digit = (char)('0' + chance(seed, 10));

        if (i == 0 && count > 1 && digit == '0')
            digit = '1';
        must(buf_append(to, &digit, 1));
    }
}

static void add_decimal(struct buf *to, uint64_t *seed)
{
    if (chance(seed, 3) == 0)
        must(buf_append_text(to, "-"));
    add_digits(to, seed, 1 + chance(seed, chance(seed, 2) ? 4 : 24));
    if (chance(seed, 2)) {
        must(buf_append_text(to, "."));
        add_digits(to, seed, 1 + chance(seed, 20));
    }
    if (chance(seed, 4) == 0) {
        must(buf_append_text(to, chance(seed, 2) ? "e-" : "E"));
        add_digits(to, seed, 1 + chance(seed, 3));
    }
}

void sample_add_number(struct buf *to, uint64_t *seed)
{
    if (chance(seed, 3))
        must(buf_append_text(to, numbers[chance(seed, COUNT(numbers))]));
    else
        add_decimal(to, seed);
}

static void add_run(struct buf *to, uint64_t *seed, size_t len)
{
    char c = (char)('a' + chance(seed, 26));

    while (len--)
        must(buf_append(to, &c, 1));
}

void sample_add_string(struct buf *to, uint64_t *seed)
{
    size_t count = chance(seed, 4);

    must(buf_append_text(to, "\""));
    while (count--)
        if (chance(seed, 8))
            must(buf_append_text(to, pieces[chance(seed, COUNT(pieces))]));
        else
            add_run(to, seed, chance(seed, chance(seed, 16) ? 40 : 1500));
    must(buf_append_text(to, "\""));
}

void sample_add_nest(struct buf *to, uint64_t *seed)
{
    static const char *const kinds[][2] = {
        {"[", "]"}, {"{\"a\":", "}"}, {"[1,", "]"}, {"[{\"]\":", "}]"}};
    size_t kind = chance(seed, COUNT(kinds)), i;
    size_t depth = (chance(seed, 2) ? 118 : 1) + chance(seed, 14);

    depth = kind == 3 ? (depth + 1) / 2 : depth;
    for (i = 0; i < depth; i++)
        must(buf_append_text(to, kinds[kind][0]));
    sample_add_number(to, seed);
    for (i = 0; i < depth; i++)
        must(buf_append_text(to, kinds[kind][1]));
}
