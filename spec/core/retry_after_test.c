/* SPDX-License-Identifier: MIT */
/* Tests of retry_after_read in retry.h: what a Retry-After header says, in
 * every form a gateway may give it, with and without the gateway's own clock.
 */
#include "http/retry.h"

#include "check.h"

/* ---- Retry-After ------------------------------------------------------- */

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static const struct hint_row {
    const char *value, *date;
    enum retry_after_kind kind;
    double seconds;
} hint_rows[] = {
    /* seconds */
    {NULL, NULL, RETRY_AFTER_NONE, 0},
    {"0", NULL, RETRY_AFTER_NONE, 0},
    {"00", NULL, RETRY_AFTER_NONE, 0},
    {"1", NULL, RETRY_AFTER_SECONDS, 1},
    {"007", NULL, RETRY_AFTER_SECONDS, 7},
    {"60", NULL, RETRY_AFTER_SECONDS, 60},
    {"120", NULL, RETRY_AFTER_SECONDS, 120},
    {"86400", NULL, RETRY_AFTER_SECONDS, 86400},
    {"1000000000", NULL, RETRY_AFTER_SECONDS, 1e9},
    {"4294967297", NULL, RETRY_AFTER_SECONDS, 4294967297.0},
    {"9999999999", NULL, RETRY_AFTER_SECONDS, 9999999999.0},
    {"10000000000", NULL, RETRY_AFTER_INVALID, 0},
    {"18446744073709551616", NULL, RETRY_AFTER_INVALID, 0},
    {"99999999999999999999999", NULL, RETRY_AFTER_INVALID, 0}, /* over 10^22 */
    /* no seconds */
    {"", NULL, RETRY_AFTER_INVALID, 0},
    {" ", NULL, RETRY_AFTER_INVALID, 0},
    {" 5", NULL, RETRY_AFTER_INVALID, 0},
    {"5 ", NULL, RETRY_AFTER_INVALID, 0},
    {"5 5", NULL, RETRY_AFTER_INVALID, 0},
    {"5, 6", NULL, RETRY_AFTER_INVALID, 0},
    {"+5", NULL, RETRY_AFTER_INVALID, 0},
    {"-1", NULL, RETRY_AFTER_INVALID, 0},
    {"-0", NULL, RETRY_AFTER_INVALID, 0},
    {"1.5", NULL, RETRY_AFTER_INVALID, 0},
    {".5", NULL, RETRY_AFTER_INVALID, 0},
    {"1e3", NULL, RETRY_AFTER_INVALID, 0},
    {"0x10", NULL, RETRY_AFTER_INVALID, 0},
    {"120abc", NULL, RETRY_AFTER_INVALID, 0},
    {"5s", NULL, RETRY_AFTER_INVALID, 0},
    {"\xD9\xA5", NULL, RETRY_AFTER_INVALID, 0}, /* an Arabic 5 */
    {"soon", NULL, RETRY_AFTER_INVALID, 0},
    {"inf", NULL, RETRY_AFTER_INVALID, 0},
    {"nan", NULL, RETRY_AFTER_INVALID, 0},
    {"%s%n", NULL, RETRY_AFTER_INVALID, 0},
    /* the three forms of a date */
    {"Sun, 06 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_SECONDS, 60},
    {"Sunday, 06-Nov-94 08:50:37 GMT", NULL, RETRY_AFTER_SECONDS, 60},
    {"Sun Nov  6 08:50:37 1994", NULL, RETRY_AFTER_SECONDS, 60},
    {"Sun Nov 16 08:49:37 1994", NULL, RETRY_AFTER_SECONDS, 864000},
    {"Sun, 06 Nov 1994 08:49:38 GMT", NULL, RETRY_AFTER_SECONDS, 1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", NULL, RETRY_AFTER_NONE, 0},
    {"Sun, 06 Nov 1994 08:49:36 GMT", NULL, RETRY_AFTER_NONE, 0},
    {"Mon, 07 Nov 1994 00:00:00 GMT", NULL, RETRY_AFTER_SECONDS, 54623},
    {"Thu, 01 Jan 1970 00:00:00 GMT", NULL, RETRY_AFTER_NONE, 0},
    {"Mon, 01 Jan 1900 00:00:00 GMT", NULL, RETRY_AFTER_NONE, 0},
    {"Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 31 Dec 1969 23:59:50 GMT",
     RETRY_AFTER_SECONDS, 10},
    {"Wednesday, 31-Dec-69 23:59:59 GMT", NULL, RETRY_AFTER_SECONDS,
     3155759999.0 - NOW}, /* 2069 */
    {"Thursday, 01-Jan-70 00:00:00 GMT", NULL, RETRY_AFTER_NONE, 0},
    {"Fri, 31 Dec 9999 23:59:59 GMT", NULL, RETRY_AFTER_SECONDS,
     253402300799.0 - NOW},
    {"Sat, 31 Dec 1994 23:59:60 GMT", NULL, RETRY_AFTER_SECONDS, 4806623},
    /* leap years */
    {"Tue, 29 Feb 2000 00:00:10 GMT", "Tue, 29 Feb 2000 00:00:00 GMT",
     RETRY_AFTER_SECONDS, 10},
    {"Wed, 01 Mar 2000 00:00:00 GMT", "Mon, 28 Feb 2000 00:00:00 GMT",
     RETRY_AFTER_SECONDS, 172800},
    {"Thu, 01 Mar 2001 00:00:00 GMT", "Wed, 28 Feb 2001 00:00:00 GMT",
     RETRY_AFTER_SECONDS, 86400},
    {"Mon, 01 Mar 2100 00:00:00 GMT", "Sun, 28 Feb 2100 00:00:00 GMT",
     RETRY_AFTER_SECONDS, 86400},
    {"Fri, 01 Mar 2024 00:00:00 GMT", "Wed, 28 Feb 2024 00:00:00 GMT",
     RETRY_AFTER_SECONDS, 172800},
    /* the weekday says nothing that counts */
    {"Fri, 06 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_SECONDS, 60},
    {"Xyz, 06 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_SECONDS, 60},
    /* the reply's own clock */
    {"Sun, 06 Nov 1994 08:50:37 GMT", "Sun, 06 Nov 1994 08:50:07 GMT",
     RETRY_AFTER_SECONDS, 30},
    {"Fri, 03 Oct 2042 12:00:05 GMT", "Friday, 03-Oct-42 12:00:00 GMT",
     RETRY_AFTER_SECONDS, 5},
    {"Sun Nov  6 08:50:37 1994", "Sun Nov  6 08:50:36 1994",
     RETRY_AFTER_SECONDS, 1},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT",
     RETRY_AFTER_NONE, 0},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
     RETRY_AFTER_NONE, 0},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "yesterday", RETRY_AFTER_SECONDS, 60},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "", RETRY_AFTER_SECONDS, 60},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "784111837", RETRY_AFTER_SECONDS, 60},
    {"30", "Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_SECONDS, 30},
    /* no dates */
    {"Wednesdays, 09-Nov-94 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Wedn, 09 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 NOV 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 anF 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nob 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 No 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 00 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 32 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, -6 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Thu, 31 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Fri, 30 Feb 2001 00:00:00 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Thu, 29 Feb 2001 00:00:00 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Mon, 29 Feb 2100 00:00:00 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 94 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1899 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 19940 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 24:00:00 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:60:00 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:61 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 -8:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:37", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:37 UTC", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:37 +0000", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:37 GMT ", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun, 06 Nov 1994 08:50:37 GMT, 5", NULL, RETRY_AFTER_INVALID, 0},
    {" Sun, 06 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sunday, 06-Nov-1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"Sunday, 06-Nov-94 08:50:37", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun Nov  6 08:50:37 94", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun Nov  6 08:50:37", NULL, RETRY_AFTER_INVALID, 0},
    {"06 Nov 1994 08:50:37 GMT", NULL, RETRY_AFTER_INVALID, 0},
    {"1994-11-06T08:50:37Z", NULL, RETRY_AFTER_INVALID, 0},
    {"Sun,", NULL, RETRY_AFTER_INVALID, 0},
};

static void test_hints(void)
{
    size_t i;

    for (i = 0; i < COUNT(hint_rows); i++) {
        const struct hint_row *row = &hint_rows[i];
        struct retry_after retry_after =
            retry_after_read(row->value, row->date, NOW);

        check_case = row->value ? row->value : "(none)";
        CHECK_INT(retry_after.kind, row->kind);
        if (row->kind == RETRY_AFTER_SECONDS &&
            !CHECK(retry_after.seconds == row->seconds))
            printf("  is %.17g\n", retry_after.seconds);
    }
    check_case = "";
}

/* Nothing but NUL ends a header, and no byte of it may be read behind. */
static void test_every_beginning(void)
{
    static const char *const dates[] = {"Sun, 06 Nov 1994 08:50:37 GMT",
                                        "Sunday, 06-Nov-94 08:50:37 GMT",
                                        "Sun Nov  6 08:50:37 1994"};
    size_t i, n;

    for (i = 0; i < COUNT(dates); i++)
        for (n = 0; n < strlen(dates[i]); n++) {
            char cut[40];

            memcpy(cut, dates[i], n);
            cut[n] = '\0';
            insist(retry_after_read(cut, NULL, NOW).kind == RETRY_AFTER_INVALID,
                   dates[i]);
            insist(retry_after_read(dates[i], cut, NOW).seconds == 60,
                   dates[i]);
        }
}

int main(void)
{
    test_hints();
    test_every_beginning();
    return check_done();
}
