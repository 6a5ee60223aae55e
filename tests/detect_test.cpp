// What `supported` says of the processor, against what happens there and what the operating system lists.
#include <doctest/doctest.h>

#include <intaglio/simd/detect.hpp>

#if defined(__x86_64__)
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#endif

namespace detect_test {

using namespace intaglio;

#if defined(__x86_64__)

namespace {

/// Whether a process that runs the instructions ends well.
template <class Instructions>
bool runs(const Instructions& instructions) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGILL, [](int) { ::_exit(1); });
        instructions();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status) == 0;
}

/// Whether Linux lists all of these, as it names them.
bool lists(const std::string& features) {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line) && !line.starts_with("flags")) {
    }
    REQUIRE_MESSAGE(line.starts_with("flags"), "/proc/cpuinfo tells no flags");
    line += ' ';
    std::istringstream words(features);
    for (std::string word; words >> word;) {
        if (line.find(" " + word + " ") == std::string::npos) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a set that is said to be supported runs") {
    CHECK_FALSE(runs([] { asm volatile("ud2"); }));
    if (simd::supported(simd::Avx2{})) {
        CHECK(runs([] { asm volatile("vpaddb %%ymm0, %%ymm0, %%ymm0" : : : "xmm0"); }));
        CHECK(runs([] { asm volatile("vfmadd231ps %%ymm0, %%ymm0, %%ymm0" : : : "xmm0"); }));
    }
    if (simd::supported(simd::Avx2Vnni{})) {
        CHECK(runs([] { asm volatile("%{vex%} vpdpbusd %%ymm0, %%ymm0, %%ymm0" : : : "xmm0"); }));
    }
    if (simd::supported(simd::Avx512{})) {
        CHECK(runs([] { asm volatile("vpaddd %%zmm0, %%zmm0, %%zmm0" : : : "xmm0"); }));   // F
        CHECK(runs([] { asm volatile("vpaddb %%zmm0, %%zmm0, %%zmm0" : : : "xmm0"); }));   // BW
        CHECK(runs([] { asm volatile("vpaddd %%ymm16, %%ymm0, %%ymm0" : : : "xmm0"); }));  // VL
        CHECK(runs([] { asm volatile("vpmullq %%zmm0, %%zmm0, %%zmm0" : : : "xmm0"); }));  // DQ
    }
    if (simd::supported(simd::Avx512Vnni{})) {
        CHECK(runs([] { asm volatile("vpdpbusd %%zmm0, %%zmm0, %%zmm0" : : : "xmm0"); }));
#if INTAGLIO_HAS_AVX512_POPCOUNT
        CHECK(runs([] { asm volatile("vpopcntq %%zmm0, %%zmm0" : : : "xmm0"); }));
#endif
    }
}

#if defined(__linux__)
TEST_CASE("a set whose features the operating system lists is supported") {
    CHECK(simd::supported(simd::Avx2{}) == lists("avx2 fma"));
    CHECK(simd::supported(simd::Avx512{}) == lists("avx512f avx512bw avx512vl avx512dq"));
    // The name of a later feature is one that an older Linux does not list.
    if (lists("avx2 fma avx_vnni")) CHECK(simd::supported(simd::Avx2Vnni{}));
    if (lists("avx512f avx512bw avx512vl avx512dq avx512_vnni avx512_vpopcntdq")) {
        CHECK(simd::supported(simd::Avx512Vnni{}));
    }
}
#endif

#else

TEST_CASE("no other processor has the sets of x86") {
    CHECK(simd::supported(simd::Portable{}));
    CHECK_FALSE(simd::supported(simd::Avx2{}));
    CHECK_FALSE(simd::supported(simd::Avx512{}));
}

#endif

}  // namespace detect_test
