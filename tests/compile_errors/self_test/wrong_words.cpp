// REFUSED: the first error line lacks 'words of a later line'
// EXPECT: first
#ifndef INTAGLIO_CORRECT
static_assert(false, "first");
static_assert(false, "words of a later line");
// EXPECT: words of a later line
#endif
