/* SPDX-License-Identifier: MIT */
/* The numbers of the policy: the token bucket and full jitter as in the AWS
 * SDKs, the 10 % rule of Google's SRE book, and a limit for Retry-After. */
#include "http/retry.h"

#include <inttypes.h>
#include <string.h>

#include "base/ascii.h"

static const double BUCKET = 500, TRANSIENT_COST = 14, THROTTLED_COST = 5;
static const double SHARE = 0.1; /* retries per request, after 100 requests */
static const double BASE_TRANSIENT = 50, BASE_THROTTLED = 1000; /* ms */
static const double DELAY_CAP = 20000;                          /* ms */

struct retry_budget retry_budget_new(void)
{
    return (struct retry_budget){.tokens = BUCKET};
}

void retry_count_request(struct retry_budget *budget)
{
    budget->requests++;
}

void retry_refund(struct retry_budget *budget, double cost)
{
    budget->tokens += cost > 0 ? cost : 1;
    if (budget->tokens > BUCKET)
        budget->tokens = BUCKET;
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

/* Full jitter: a random delay up to a limit that doubles. */
static double backoff(const struct retry_question *q)
{
    double ceiling = q->retry_class == RETRY_CLASS_THROTTLED ? BASE_THROTTLED
                                                             : BASE_TRANSIENT;
    unsigned i;

    for (i = 1; i < q->attempt; i++)
        ceiling *= 2;
    return q->random * (ceiling < DELAY_CAP ? ceiling : DELAY_CAP);
}

static bool affordable(const struct retry_budget *budget, double cost)
{
    bool many = budget->requests > 100;

    return budget->tokens >= cost &&
           !(many &&
             (double)(budget->retries + 1) > SHARE * (double)budget->requests);
}

struct retry_answer retry_decide(struct retry_budget *budget,
                                 const struct retry_question *q)
{
    struct retry_answer answer = {RETRY_STOP, 0, 0};
    bool asked = q->retry_after.kind == RETRY_AFTER_SECONDS;
    double delay = backoff(q), needed = 0.1 * (double)q->attempt_timeout;
    double cost = q->retry_class == RETRY_CLASS_THROTTLED ? THROTTLED_COST
                                                          : TRANSIENT_COST;

    if (!allowed(q))
        return answer;
    if (asked && q->retry_after.seconds * 1000 > delay)
        delay = q->retry_after.seconds * 1000;
    if (asked && q->retry_after.seconds > RETRY_AFTER_CAP) {
        answer.verdict = RETRY_STOP_LATER;
    } else if (q->left >= 0 && delay + needed > (double)q->left) {
        answer.verdict = asked ? RETRY_STOP_LATER : RETRY_STOP_TIME;
    } else if (!affordable(budget, cost)) {
        answer.verdict = RETRY_STOP_BUDGET;
    } else {
        answer = (struct retry_answer){RETRY_DELAYED, (int64_t)delay, cost};
        budget->tokens -= cost;
        budget->retries++;
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
