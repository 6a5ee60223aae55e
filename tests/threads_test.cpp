// One seed gives one result: parameters, statistics and predictions are bit-identical whatever the number of threads.
// Also the pool, the cutting of batches into groups and the summation tree themselves.
#include <doctest/doctest.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "intaglio/host/thread_pool.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace threads_test {

namespace {

using namespace intaglio;

/// Every kind of operation that cuts its work into tasks: products on images and on single pixels, grouped and strided,
/// both norms, both kinds of steps, pools, joins.
struct Net : Network<Image<2, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<6>>,
                     Conv<Out<6>, Groups<2>, BatchNorm>, AvgPool<2>,
                     Residual<Conv<Out<6>>, Conv<Out<6>, Kernel<1>, NoActivation>>, Normalize<>, Activate<Act<M_a{32}>>,
                     Conv<Out<8>, Stride<2>>, Dense<Flatten, Out<12>>, Classifier<QInt<8>, Out<3>>> {};

/// All bits that a training run leaves behind.
template <class Optimizer>
std::vector<std::uint64_t> trained(int threads, std::uint64_t seed, std::int64_t batch, int steps,
                                   std::int64_t samples) {
    const tools::Stripes data(samples, 8, 8, 2, 3);
    Training<Net> training(batch, threads, seed);
    TrainerOptions<Optimizer> options;
    options.batch = batch;
    options.epochs = 1 + steps * batch / samples;
    options.seed = seed;
    Trainer<Net, Optimizer> trainer(training, data.samples(), options);
    std::vector<std::uint64_t> bits;
    for (int i = 0; i < steps; ++i) bits.push_back(std::bit_cast<std::uint64_t>(trainer.train_batch().loss));
    for (const float p : training.parameters()) bits.push_back(std::bit_cast<std::uint32_t>(p));
    for (const double v : tools::running_statistics(training)) bits.push_back(std::bit_cast<std::uint64_t>(v));
    trainer.reestimate_statistics();
    for (const double v : tools::running_statistics(training)) bits.push_back(std::bit_cast<std::uint64_t>(v));
    const Evaluation evaluation = evaluate(training, data.samples());
    for (const std::int32_t p : evaluation.predictions) bits.push_back(static_cast<std::uint64_t>(p));
    bits.push_back(std::bit_cast<std::uint64_t>(evaluation.loss));
    for (const double a : evaluation.activity) bits.push_back(std::bit_cast<std::uint64_t>(a));
    return bits;
}

}  // namespace

TEST_CASE_TEMPLATE("1, 2 and 3 threads train the same parameters", Optimizer, Adam, MomentumSgd) {
    // 107 samples: the last batch of each epoch has 7.
    const std::vector<std::uint64_t> one = trained<Optimizer>(1, 5, 20, 30, 107);
    CHECK((trained<Optimizer>(1, 5, 20, 30, 107) == one));
    CHECK((trained<Optimizer>(2, 5, 20, 30, 107) == one));
    CHECK((trained<Optimizer>(3, 5, 20, 30, 107) == one));
    CHECK((trained<Optimizer>(1, 6, 20, 30, 107) != one));
}

TEST_CASE("batches smaller than the number of groups, and one image more") {
    for (std::int64_t batch = 1; batch <= train::sample_groups + 1; ++batch) {
        INFO("batch " << batch);
        const std::vector<std::uint64_t> one = trained<Adam>(1, 7, batch, 4, 2 * batch + 1);
        CHECK((trained<Adam>(3, 7, batch, 4, 2 * batch + 1) == one));
    }
}

TEST_CASE("the capacity of a training object does not change its results") {
    const tools::Stripes data(13, 8, 8, 2, 3);
    const auto gradients = [&](std::int64_t capacity) {
        Training<Net> training(capacity, 2, 3);
        training.forward(data.pixels.data(), 13, train::Statistics::batch);
        for (float& g : training.logit_gradient()) g = 0.125F;
        training.backward();
        return std::vector<float>(training.gradients().begin(), training.gradients().end());
    };
    const std::vector<float> expected = gradients(13);
    CHECK((gradients(14) == expected));
    CHECK((gradients(64) == expected));
}

TEST_CASE("the pool runs every task once, on every number of threads, many times") {
    for (int threads = 1; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        CHECK(pool.threads() == threads);
        std::vector<std::atomic<int>> done(67);
        std::atomic<int> wrong_worker{0};
        for (int repetition = 0; repetition < 500; ++repetition) {
            const std::int64_t tasks = repetition % 68;
            for (std::atomic<int>& d : done) d = 0;
            std::int64_t plain = 0;  // written by a task, read behind the loop: the pool synchronises
            pool.run(tasks, [&](std::int64_t task, int worker) {
                ++done[static_cast<std::size_t>(task)];
                if (worker < 0 || worker >= threads) ++wrong_worker;
                if (task == tasks - 1) plain = task + 1;
            });
            bool good = plain == tasks;
            for (std::size_t i = 0; i < done.size(); ++i)
                good = good && done[i] == (static_cast<std::int64_t>(i) < tasks ? 1 : 0);
            CHECK(good);
        }
        CHECK(wrong_worker == 0);
    }
}

TEST_CASE("tasks of one worker do not overlap, so that they can share its memory") {
    ThreadPool pool(3);
    std::vector<int> inside(3);  // not atomic: ThreadSanitizer watches
    bool alone = true;
    for (int repetition = 0; repetition < 200; ++repetition) {
        pool.run(20, [&](std::int64_t, int worker) {
            int& mine = inside[static_cast<std::size_t>(worker)];
            if (++mine != 1) alone = false;
            --mine;
        });
    }
    CHECK(alone);
}

TEST_CASE("numbers of threads that make no sense are refused") {
    CHECK_THROWS_WITH_AS(ThreadPool(0), doctest::Contains("threads"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(ThreadPool(-1), doctest::Contains("threads"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(ThreadPool(1025), doctest::Contains("threads"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(Training<Net>(4, 0), doctest::Contains("threads"), std::invalid_argument);
}

TEST_CASE("groups cut a batch without gaps, evenly") {
    for (std::int64_t count = 0; count <= 200; ++count) {
        CHECK(train::group_begin(count, 0) == 0);
        CHECK(train::group_begin(count, train::sample_groups) == count);
        for (std::int64_t g = 0; g < train::sample_groups; ++g) {
            const std::int64_t size = train::group_begin(count, g + 1) - train::group_begin(count, g);
            CHECK(size >= count / train::sample_groups);
            CHECK(size <= (count + train::sample_groups - 1) / train::sample_groups);
        }
    }
}

TEST_CASE("the summation tree is fixed") {
    // Numbers whose sum depends on the order.
    const float x[] = {1e8F, 1.0F, -1e8F, 3.0F, 1.0F, 2.0F, 4.0F, 8.0F};
    const float expected = ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
    CHECK(expected == 15.0F);
    CHECK(train::tree_sum([&](std::size_t g) { return x[g]; }) == expected);
    CHECK(train::tree_sum([](int g) { return 1 << g; }) == 255);
    float in_line = 0;
    for (const float v : x) in_line += v;
    CHECK(in_line != expected);
}

}  // namespace threads_test
