/* SPDX-License-Identifier: MIT */
/* Tests of hash.h: the values of another implementation of SipHash-1-3, which
 * is Python's with PYTHONHASHSEED=0, and that no key comes twice. */
#include "base/hash.h"

#include "check.h"

static void test_values(void)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {
        {"a", 0x407448D2B89B1813u},
        {"1234567", 0xA33D651594FDAE81u},
        {"12345678", 0x3489982430560A87u},
        {"123456789", 0x0FBC0F0007965FCFu},
        {"4665a07c-7641-4809-a133-10786201bb56", 0x5182B60CAEE4245Du},
    };
    struct hash_key zero = {0, 0}, other = {0, 1};
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        size_t len = strlen(rows[i].text);

        CHECK(hash_bytes(&zero, rows[i].text, len) == rows[i].hash);
        CHECK(hash_bytes(&other, rows[i].text, len) != rows[i].hash);
    }
    CHECK(hash_bytes(&zero, "", 0) != hash_bytes(&zero, "\0", 1));
}

/* The vectors of the authors: bytes 0, 1, 2 ... under the key of bytes 0 to 15.
 */
static void test_vectors(void)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } rows[] = {
        {0, 0xABAC0158050FC4DCu},  {1, 0xC9F49BF37D57CA93u},
        {7, 0xD3927D989BB11140u},  {8, 0x369095118D299A8Eu},
        {15, 0xD320D86D2A519956u}, {63, 0x9D199062B7BBB3A8u},
    };
    const struct hash_key key = {0x0706050403020100u, 0x0F0E0D0C0B0A0908u};
    unsigned char bytes[64];
    size_t i;

    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    for (i = 0; i < COUNT(rows); i++)
        CHECK(hash_bytes(&key, bytes, rows[i].len) == rows[i].hash);
}

static void test_keys(void)
{
    struct hash_key first = hash_new_key(), second = hash_new_key();

    CHECK(first.a != second.a && first.b != second.b && first.a != first.b);
}

int main(void)
{
    test_values();
    test_vectors();
    test_keys();
    return check_done();
}
