// EXPECT: too_many
// EXPECT: found<5>
template <int>
struct found;
template <class>
struct too_many;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 5
#endif

template <int N>
constexpr int checked() {
    if constexpr (N > 4) {
        return sizeof(too_many<found<N>>);
    }
    return N;
}
static_assert(checked<TOKEN>() == 4);
