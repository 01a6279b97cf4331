/* SPDX-License-Identifier: MIT */
/* The registries of special addresses (RFC 6890 and its successors) and names
 * (RFC 6761, RFC 6762 with its appendix G, RFC 8375). */
#include "http/address.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/descriptor.h"

static const struct {
    uint32_t prefix;
    unsigned bits;
} blocked_v4[] = {
    {0x00000000, 8},  /* 0.0.0.0: this host */
    {0x0A000000, 8},  /* 10.0.0.0: private */
    {0x64400000, 10}, /* 100.64.0.0: shared by a provider's customers */
    {0x7F000000, 8},  /* 127.0.0.0: loopback */
    {0xA9FE0000, 16}, /* 169.254.0.0: link-local, metadata of clouds */
    {0xAC100000, 12}, /* 172.16.0.0: private */
    {0xC0000000, 24}, /* 192.0.0.0: protocol assignments */
    {0xC0000200, 24}, /* 192.0.2.0: documentation */
    {0xC0A80000, 16}, /* 192.168.0.0: private */
    {0xC6120000, 15}, /* 198.18.0.0: benchmarks */
    {0xC6336400, 24}, /* 198.51.100.0: documentation */
    {0xCB007100, 24}, /* 203.0.113.0: documentation */
    {0xE0000000, 3},  /* 224.0.0.0 and above: multicast, reserved */
};

/* Prefixes of addresses that contain an IPv4 address, which begins at byte
 * `at`. */
static const struct {
    uint8_t prefix[12];
    unsigned bytes, at;
} wrapped_v4[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 12, 12}, /* mapped */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 12},       /* compatible, ::1 */
    {{0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 12}, /* NAT64 */
    {{0x20, 0x02}, 2, 2},                                    /* 6to4 */
};

static bool is_public_v4(uint32_t address)
{
    size_t i;

    for (i = 0; i < sizeof blocked_v4 / sizeof *blocked_v4; i++)
        if ((address ^ blocked_v4[i].prefix) >> (32 - blocked_v4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t read_v4(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is assigned. Within it, Teredo (2001::/32) hides the real
 * address, and 2001:db8::/32 is for documentation. */
static bool is_public_v6(const uint8_t b[16])
{
    size_t i;

    for (i = 0; i < sizeof wrapped_v4 / sizeof *wrapped_v4; i++)
        if (memcmp(b, wrapped_v4[i].prefix, wrapped_v4[i].bytes) == 0)
            return is_public_v4(read_v4(b + wrapped_v4[i].at));
    if (b[0] == 0x20 && b[1] == 0x01 &&
        ((b[2] == 0 && b[3] == 0) || (b[2] == 0x0D && b[3] == 0xB8)))
        return false;
    return b[0] >> 5 == 1;
}

static bool is_public(const uint8_t *bytes, size_t n)
{
    return n == 4 ? is_public_v4(read_v4(bytes))
                  : n == 16 && is_public_v6(bytes);
}

bool address_is_public(const struct sockaddr *address)
{
    uint8_t bytes[16];

    return is_public(bytes, socket_address(address, bytes));
}

bool address_text_is_public(const char *text)
{
    uint8_t bytes[16];

    return is_public(bytes, socket_parse_address(text, bytes));
}

/* ---- hosts ------------------------------------------------------------- */

static bool is_reserved(const char *host, size_t len)
{
    static const char *const ends[] = {
        ".localhost", ".localdomain", ".localdomain4", ".localdomain6",
        ".local",     ".internal",    ".intranet",     ".private",
        ".corp",      ".home",        ".home.arpa",    ".lan",
    };
    size_t i, n;

    for (i = 0; i < sizeof ends / sizeof *ends; i++) {
        n = strlen(ends[i]);
        if (len >= n && ascii_same_bytes(host + len - n, ends[i], n))
            return true;
    }
    return false;
}

/* A last label that begins with a digit belongs to an address, perhaps one in
 * another notation. */
static bool name_is_public(const char *host, size_t len)
{
    size_t i, label = 0;

    for (i = 0; i < len; i++) {
        if ((unsigned char)host[i] >= 0x80)
            return false;
        if (host[i] == '.')
            label = i + 1;
    }
    return label > 0 && label < len && !ascii_is_digit(host[label]) &&
           !is_reserved(host, len);
}

bool address_host_is_public(const char *host)
{
    size_t len = strlen(host);

    while (len > 0 && host[len - 1] == '.')
        len--;
    return address_text_is_public(host) || name_is_public(host, len);
}

bool address_is_loopback(const char *host)
{
    uint8_t bytes[16];

    if (socket_parse_address(host, bytes) == 4)
        return bytes[0] == 127;
    return ascii_same(host, "localhost") || strcmp(host, "::1") == 0 ||
           strcmp(host, "[::1]") == 0;
}
