/* SPDX-License-Identifier: MIT */
/* Tests of address.h: which addresses are public, and which are this machine.
 */
#include "http/address.h"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include "check.h"

static const char *const blocked[] = {
    "0.0.0.0",
    "0.255.0.1",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.255",
    "192.0.2.1",
    "192.0.2.255",
    "198.51.100.255",
    "203.0.113.255",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "::ffff:172.31.255.255",
    "64:ff9b::c0a8:101",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "4000::1",
    "",
    "localhost",
    "1.2.3",
    "fe80::1%eth0",
};
static const char *const public[] = {
    "1.1.1.1",          "9.255.255.255",   "11.0.0.0",
    "100.63.255.255",   "100.128.0.0",     "126.255.255.255",
    "128.0.0.1",        "169.253.255.255", "169.255.0.0",
    "172.15.255.255",   "172.32.0.0",      "192.0.1.1",
    "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
    "198.20.0.0",       "198.51.101.0",    "198.51.99.255",
    "203.0.114.0",      "203.0.112.255",   "192.0.3.0",
    "223.255.255.255",  "2606:4700::1111", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:808:808::",  "2001:4860:4860::8888",
    "3fff:ffff::",
};

static void test_addresses(void)
{
    size_t i;

    for (i = 0; i < COUNT(blocked); i++) {
        check_case = blocked[i];
        CHECK(!address_text_is_public(blocked[i]));
    }
    for (i = 0; i < COUNT(public); i++) {
        check_case = public[i];
        CHECK(address_text_is_public(public[i]));
    }
    check_case = "";
}

static void test_sockets(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr other = {.sa_family = AF_UNIX};

    CHECK(!address_is_public((struct sockaddr *)&v4));
    CHECK(!address_is_public((struct sockaddr *)&v6));
    CHECK(!address_is_public(&other));
    inet_pton(AF_INET, "8.8.8.8", &v4.sin_addr);
    inet_pton(AF_INET6, "2606:4700::1111", &v6.sin6_addr);
    CHECK(address_is_public((struct sockaddr *)&v4));
    CHECK(address_is_public((struct sockaddr *)&v6));
}

static void test_loopback(void)
{
    static const char *const here[] = {"localhost",   "LOCALHOST", "127.0.0.1",
                                       "127.255.0.9", "::1",       "[::1]"};
    static const char *const elsewhere[] = {"",
                                            "localhost.example",
                                            "127.evil.example",
                                            "127.0.0.1.5",
                                            "128.0.0.1",
                                            "::2"};
    size_t i;

    for (i = 0; i < COUNT(here); i++)
        CHECK(address_is_loopback(here[i]));
    for (i = 0; i < COUNT(elsewhere); i++)
        CHECK(!address_is_loopback(elsewhere[i]));
}

int main(void)
{
    test_addresses();
    test_loopback();
    test_sockets();
    return check_done();
}
