/* SPDX-License-Identifier: MIT */
/* The numbers of the policy. make outage shows what follows from them. */
#include "http/retry.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/ascii.h"

/* What the budget holds, and what gives a retry back: requests that succeed,
 * and time. In an outage only time does: over 1,000 requests, which fail within
 * timeout.stall on eight connections, that is less than 100 retries in all. */
static const double RESERVE = 35;
static const double EARNED = 0.4;   /* retries for each success */
static const double REFILL = 40000; /* ms for each retry */

/* Longest delays in ms: of the first retry, and of the second, from which on
 * they double. */
static const double FIRST_TRANSIENT = 50, FIRST_THROTTLED = 1000, SECOND = 4000;

struct retry_budget retry_budget_new(void)
{
    return (struct retry_budget){RESERVE, 0};
}

static void add(struct retry_budget *budget, double retries)
{
    budget->retries += retries;
    if (budget->retries > RESERVE)
        budget->retries = RESERVE;
}

void retry_earn(struct retry_budget *budget)
{
    add(budget, EARNED);
}

static void refill(struct retry_budget *budget, int64_t now)
{
    if (now <= budget->since)
        return;
    add(budget, (double)(now - budget->since) / REFILL);
    budget->since = now;
}

/* ---- Retry-After ------------------------------------------------------- */

/* The days from 1970-01-01 to a Gregorian date. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t era, of_era;

    year -= month <= 2;
    era = year / 400;
    of_era = year % 400;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
           (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
}

struct date {
    int64_t year;
    int month, day, hour, minute, second;
};

/* Reads at most `most` digits. NULL: there are none. */
static const char *read_digits(const char *s, int most, int *value)
{
    const char *from = s;

    for (*value = 0; s - from < most && ascii_is_digit(*s); s++)
        *value = *value * 10 + (*s - '0');
    return s == from ? NULL : s;
}

/* Skips at most `most` letters. NULL: there are none. */
static const char *skip_letters(const char *s, int most)
{
    const char *from = s;

    while (s - from < most && ascii_is_letter(*s))
        s++;
    return s == from ? NULL : s;
}

static const char *read_month(const char *s, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (*month = 1; *month <= 12; ++*month)
        if (strncmp(s, names + 3 * (*month - 1), 3) == 0)
            return s + 3;
    return NULL;
}

static const char *read_year(const char *s, int most, int64_t *year)
{
    int value = 0;

    s = read_digits(s, most, &value);
    *year = most == 4 ? value : value + (value < 70 ? 2000 : 1900);
    return s;
}

/* Reads the field of a pattern character at `s`. NULL: it is not there. */
static const char *read_field(const char *s, char what, struct date *date)
{
    switch (what) {
    case 'w': /* the weekday is not checked */
        return skip_letters(s, 3);
    case 'W':
        return skip_letters(s, 9);
    case 'n':
        return read_month(s, &date->month);
    case 'd':
        return read_digits(s, 2, &date->day);
    case 'h':
        return read_digits(s, 2, &date->hour);
    case 'm':
        return read_digits(s, 2, &date->minute);
    case 's':
        return read_digits(s, 2, &date->second);
    case 'y':
        return read_year(s, 2, &date->year);
    case 'Y':
        return read_year(s, 4, &date->year);
    case ' ': /* any number of them */
        return s + strspn(s, " ");
    default:
        return *s == what ? s + 1 : NULL;
    }
}

static bool matches(const char *s, const char *pattern, struct date *date)
{
    while (s && *pattern)
        s = read_field(s, *pattern++, date);
    return s && !*s;
}

static bool is_date(const struct date *d)
{
    return d->day >= 1 && d->year >= 1900 && d->hour <= 23 && d->minute <= 59 &&
           d->second <= 60 &&
           d->day <= days_of(d->year, d->month + 1, 1) -
                         days_of(d->year, d->month, 1);
}

/* RFC 9110 5.6.7: IMF-fixdate, RFC 850 and asctime, to Unix seconds. */
static bool read_date(const char *s, int64_t *seconds)
{
    struct date d;

    if ((!matches(s, "w, d n Y h:m:s GMT", &d) &&
         !matches(s, "W, d-n-y h:m:s GMT", &d) &&
         !matches(s, "w n d h:m:s Y", &d)) ||
        !is_date(&d))
        return false;
    *seconds = days_of(d.year, d.month, d.day) * 86400 + d.hour * 3600 +
               d.minute * 60 + d.second;
    return true;
}

struct retry_after retry_after_read(const char *value, const char *date,
                                    int64_t now)
{
    struct retry_after retry_after = {RETRY_AFTER_NONE, 0};
    size_t digits;
    int64_t then;

    if (!value)
        return retry_after;
    digits = strspn(value, "0123456789");
    retry_after.kind = RETRY_AFTER_INVALID;
    if (digits && digits <= 10 && !value[digits]) {
        for (; *value; value++)
            retry_after.seconds = retry_after.seconds * 10 + (*value - '0');
        retry_after.kind = retry_after.seconds > 0 ? RETRY_AFTER_SECONDS
                                                   : RETRY_AFTER_NONE;
    } else if (!digits && read_date(value, &then)) {
        if (date)
            read_date(date, &now);
        retry_after.seconds = then > now ? (double)(then - now) : 0;
        retry_after.kind = then > now ? RETRY_AFTER_SECONDS : RETRY_AFTER_NONE;
    }
    return retry_after;
}

/* ---- the decision ------------------------------------------------------ */

static bool allowed(const struct retry_question *q)
{
    unsigned attempts = q->attempts;

    if (attempts > RETRY_MAX_ATTEMPTS)
        attempts = RETRY_MAX_ATTEMPTS;
    if (q->retry_class == RETRY_CLASS_ONCE && attempts > 2)
        attempts = 2;
    return q->retry_class != RETRY_CLASS_NEVER && q->attempt < attempts;
}

/* The first delay has full jitter. Of a later one, only half is random, so that
 * it is long enough for an outage. `most` cuts it, so that a delay costs no
 * attempt for which there would be time. */
static double backoff(const struct retry_question *q, double most)
{
    bool first = q->attempt <= 1;
    double longest = SECOND;
    unsigned i;

    if (first)
        longest = q->retry_class == RETRY_CLASS_THROTTLED ? FIRST_THROTTLED
                                                          : FIRST_TRANSIENT;
    for (i = 2; i < q->attempt; i++)
        longest *= 2;
    if (longest > most)
        longest = most;
    return longest * (first ? q->random : 0.5 + 0.5 * q->random);
}

struct retry_answer retry_decide(struct retry_budget *budget,
                                 const struct retry_question *q)
{
    struct retry_answer answer = {RETRY_STOP, 0};
    bool asked = q->retry_after.kind == RETRY_AFTER_SECONDS;
    double needed = 0.1 * (double)q->attempt_timeout, delay,
           most = q->left < 0 ? INFINITY : (double)q->left - needed;

    if (!allowed(q))
        return answer;
    delay = backoff(q, most);
    if (asked && q->retry_after.seconds * 1000 > delay)
        delay = q->retry_after.seconds * 1000;
    refill(budget, q->now);
    if (asked && q->retry_after.seconds > RETRY_AFTER_CAP) {
        answer.verdict = RETRY_STOP_LATER;
    } else if (most < 0 || delay > most) {
        answer.verdict = asked ? RETRY_STOP_LATER : RETRY_STOP_TIME;
    } else if (!q->progressed && budget->retries < 1) {
        answer.verdict = RETRY_STOP_BUDGET;
    } else {
        answer = (struct retry_answer){RETRY_DELAYED, (int64_t)delay};
        budget->retries -= !q->progressed;
    }
    return answer;
}

void retry_explain(struct luma_error *error, enum retry_verdict verdict)
{
    if (verdict == RETRY_STOP_LATER)
        luma_error_append(error, "the server asks to wait %" PRId64 " s",
                          (int64_t)error->retry_after);
    else if (verdict == RETRY_STOP_BUDGET)
        luma_error_append(error,
                          "not retried, because too much failed recently");
    else if (verdict == RETRY_STOP_TIME)
        luma_error_append(error,
                          "not retried, because the deadline is too close");
}
