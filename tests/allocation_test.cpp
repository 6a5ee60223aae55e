// From the second step on, training allocates nothing; the integer program never does. Counted are malloc and its
// relatives (with glibc, and where no sanitizer has them already) and every form of operator new.
#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "intaglio/host/thread_pool.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/test_weights.hpp"
#include "support/training_tools.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATION_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ALLOCATION_TEST_SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(ALLOCATION_TEST_SANITIZED)
#define ALLOCATION_TEST_COUNTS_MALLOC 1
#else
#define ALLOCATION_TEST_COUNTS_MALLOC 0
#endif

namespace {
std::atomic<std::int64_t> mallocs{0};
std::atomic<std::int64_t> news{0};
}  // namespace

#if ALLOCATION_TEST_COUNTS_MALLOC
// glibc's own names of the same functions.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
    ++mallocs;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++mallocs;
    return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
    ++mallocs;
    return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    ++mallocs;
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    ++mallocs;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    ++mallocs;
    *result = __libc_memalign(alignment, size);
    return *result == nullptr ? 12 : 0;
}
}
#endif

// Not inlined: GCC would take new and free for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++news;
    if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    ++news;
    const auto a = static_cast<std::size_t>(alignment);
    if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a + (size == 0 ? a : 0))) return p;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) {
    return operator new(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t alignment) {
    return operator new(size, alignment);
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete[](void* p) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete[](void* p, std::size_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete[](void* p, std::align_val_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}

namespace {

using namespace intaglio;

/// Allocations while f runs.
template <class F>
std::int64_t allocations(const F& f) {
    const std::int64_t before = mallocs + news;
    f();
    return mallocs + news - before;
}

struct Net : Network<Image<1, 12, 12>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Residual<Conv<Out<8>>>, Normalize<BatchNorm>, Activate<Act<M_a{32}>>,
                     Conv<Out<12>, Stride<2>, Groups<2>>, Classifier<QInt<8>, Out<4>>> {};

template <class Optimizer>
std::int64_t training_allocations(int threads) {
    const tools::Stripes data(330, 12, 12, 1, 4);  // the last batch of an epoch has 30 images
    Training<Net> training(100, threads);
    TrainerOptions<Optimizer> options;
    options.epochs = 25;
    options.batch = 100;
    Trainer<Net, Optimizer> trainer(training, data.samples(), options);
    trainer.train_batch();
    double loss = 0;
    const std::int64_t found = allocations([&] {
        for (int step = 2; step <= 100; ++step) loss = trainer.train_batch().loss;
    });
    CHECK(trainer.finished());
    CHECK(loss < 1.0);
    return found;
}

}  // namespace

TEST_CASE("the counters count") {
    std::vector<int> growing;
    CHECK(allocations([&] { growing.resize(1000); }) > 0);
    CHECK(allocations([&] { growing[3] = 1; }) == 0);
    // Through a volatile pointer, so that no compiler leaves a pair of calls out.
    struct alignas(64) Wide {
        int x[16];
    };
    void* volatile kept = nullptr;
    const auto both = [&](const auto& make, const auto& release) {
        return allocations([&] {
            kept = make();
            release(kept);
        });
    };
    CHECK(both([] { return static_cast<void*>(new Wide); }, [](void* p) { delete static_cast<Wide*>(p); }) > 0);
    CHECK(both([] { return static_cast<void*>(new Wide[3]); }, [](void* p) { delete[] static_cast<Wide*>(p); }) > 0);
    CHECK(both([] { return static_cast<void*>(new int[3]); }, [](void* p) { delete[] static_cast<int*>(p); }) > 0);
#if ALLOCATION_TEST_COUNTS_MALLOC
    const std::int64_t before = news;
    CHECK(both([] { return std::malloc(100); }, [](void* p) { std::free(p); }) == 1);
    CHECK(both([] { return std::calloc(100, 2); }, [](void* p) { std::free(p); }) == 1);
    CHECK(both([] { return std::realloc(nullptr, 2); }, [](void* p) { std::free(p); }) == 1);
    CHECK(both([] { return std::aligned_alloc(64, 128); }, [](void* p) { std::free(p); }) == 1);
    CHECK(news == before);
#endif
}

TEST_CASE("training steps 2 to 100 allocate nothing") {
    CHECK(training_allocations<Adam>(1) == 0);
    CHECK(training_allocations<Adam>(2) == 0);
    CHECK(training_allocations<MomentumSgd>(2) == 0);
}

TEST_CASE("training steps with clipping, augmentation, a teacher and a weight average allocate nothing") {
    const tools::Stripes data(330, 12, 12, 1, 4);
    Training<Net> training(100, 2);
    Training<Net> teacher(100, 2, 9);
    Trainer<Net, AdamW> trainer(training, data.samples(),
                                {.epochs = 2,
                                 .schedule = StepSchedule{.milestones = {1}},
                                 .warm_up = 1,
                                 .clip_norm = 1,
                                 .clip_value = 0.1,
                                 .loss = CrossEntropyAndSquares{.label_smoothing = 0.1,
                                                                .class_weights = {1, 2, 3, 4},
                                                                .squared_error = SquaredError::probabilities},
                                 .average = {.decay = 0.9, .start = 3},
                                 .augment = [](auto image, Random& random) { image[random.below(144)] = 0; },
                                 .distillation = {.teacher = teacher_logits(teacher)}});
    trainer.train_batch();
    CHECK(allocations([&] {
              while (!trainer.finished()) trainer.train_batch();
          }) == 0);
}

TEST_CASE("training steps of real numbers and of norms of samples allocate nothing") {
    struct Real : Network<Image<1, 12, 12>, Defaults<test_weights::Real, Lbn, Relu, FloatBranchGrid>, Conv<Out<8>>,
                          AvgPool<2>, Residual<Conv<Out<8>, LayerNorm<>>>, Activate<Act<M_a{4}>>,
                          Conv<QInt<2>, Out<6>, GroupNorm<2>>, Classifier<Out<4>, LayerNorm<>>> {};
    const tools::Stripes data(100, 12, 12, 1, 4);
    for (const int threads : {1, 2}) {
        Training<Real> training(20, threads);
        Trainer<Real> trainer(training, data.samples(), {.epochs = 4, .batch = 20});
        trainer.train_batch();
        CHECK(allocations([&] {
                  while (!trainer.finished()) trainer.train_batch();
              }) == 0);
    }
}

TEST_CASE("evaluation passes and the integer program allocate nothing") {
    const tools::Stripes data(20, 12, 12, 1, 4);
    Training<Net> training(20, 2);
    training.forward(data.pixels.data(), 20, train::Statistics::batch);
    CHECK(allocations([&] { training.forward(data.pixels.data(), 20, train::Statistics::running); }) == 0);
    const IntegerNetwork<Net> network = lower(training);
    const auto scratch = network.make_scratch();
    std::int32_t sum = 0;
    const auto predict_all = [&] {
        for (std::int64_t i = 0; i < 20; ++i) sum += network.predict(data.pixels.data() + i * 144, *scratch);
    };
    CHECK(allocations(predict_all) == 0);
    CHECK(sum >= 0);

    ThreadPool pool(2);
    const auto batch = network.make_scratch<8, 2>();
    const auto one = network.make_scratch<1, 2>();
    std::vector<std::int32_t> classes(20);
    CHECK(allocations([&] {
              network.predict_batch(data.pixels.data(), 20, *batch, classes.data(), pool);
              network.predict_batch(data.pixels.data(), 20, *one, classes.data(), pool);
          }) == 0);
    for (std::size_t i = 0; i < 20; ++i) sum -= classes[i];
    CHECK(sum == 0);
}
