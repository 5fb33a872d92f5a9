/* Work on bytes: building words, length, comparison, search, a hash table of words, reversal. */
#include "bench.h"
#ifndef N
#define N 140
#endif
#define WORDS 4096
static char text[1 << 16];
static struct entry { const char *word; u32 count; } table[8192];

static u64 length(const char *s)
{
    const char *p = s;
    while (*p)
        p++;
    return p - s;
}

static int compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (u8)*a - (u8)*b;
}

static u32 find(const char *hay, const char *needle)
{
    for (u32 i = 0; hay[i]; i++) {
        u32 j = 0;
        while (needle[j] && hay[i + j] == needle[j])
            j++;
        if (!needle[j])
            return i;
    }
    return -1;
}

int main(void)
{
    u64 seed = 9, sum = 0;
    static const char *word[WORDS];
    for (int round = 0; round < N; round++) {
        char *p = text;
        for (int i = 0; i < WORDS; i++) {
            u64 r = next_random(&seed);
            word[i] = p;
            for (u32 n = 2 + (r & 7); n--; r >>= 3)
                *p++ = 'a' + (r >> 8 & 7);
            *p++ = 0;
        }
        memset(table, 0, sizeof table);
        for (int i = 0; i < WORDS; i++) {
            u32 h = 5381;
            for (const char *s = word[i]; *s; s++)
                h = h * 33 + *s;
            h &= 8191;
            while (table[h].word && compare(table[h].word, word[i]))
                h = (h + 1) & 8191;
            table[h].word = word[i];
            table[h].count++;
        }
        for (int i = 0; i < 8192; i++)
            if (table[i].word)
                sum += length(table[i].word) * table[i].count;
        /* one text: blanks for the ends, then searches and a reversal of every word */
        for (char *q = text; q < p - 1; q++)
            if (!*q)
                *q = ' ';
        for (int i = 0; i < 40; i++) {
            char pattern[6];
            u64 r = next_random(&seed);
            for (int k = 0; k < 5; k++, r >>= 4)
                pattern[k] = 'a' + (r & 7);
            pattern[5] = 0;
            sum = sum * 31 + find(text, pattern);
        }
        for (char *q = text; *q;) {
            char *e = q;
            while (*e && *e != ' ')
                e++;
            for (char *i = q, *j = e - 1; i < j; i++, j--) {
                char t = *i;
                *i = *j;
                *j = t;
            }
            q = *e ? e + 1 : e;
        }
        sum += text[round];
    }
    check(sum);
    return 0;
}
