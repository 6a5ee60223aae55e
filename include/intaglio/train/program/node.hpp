// An operation of a running training program behind one interface, so that a pass is a loop over a list.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/operations/product_state.hpp"
#include "intaglio/train/program/context.hpp"
#include "intaglio/train/program/training_operation.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The state of one operation, and what is done with it.
class Node {
  public:
    virtual ~Node() = default;
    [[nodiscard]] virtual std::int64_t workspace_bytes(const Site& site, std::int64_t capacity) const = 0;
    virtual void forward(const Site& site, Context& context) = 0;
    virtual void backward(const Site& site, Context& context) = 0;
    virtual void lower(const Site& site, Lowering& lowering, RowNumbers& numbers) const = 0;
    /// Writes what trained parameters of a quantiser or an activation start from, where that follows from the weights
    /// or from the batch in front.
    virtual void initialize(const Site& site, Context& context, float* trained) = 0;
    virtual void add_persistent(std::vector<NamedNumbers>& list, const std::string& place) = 0;
    /// The weights in all their forms; null of an operation without weights.
    [[nodiscard]] virtual const ProductState* weights() const = 0;
    /// None of what is no norm over batches.
    [[nodiscard]] virtual std::optional<RunningStatistics> running_statistics() = 0;
};

/// The node of all operations of one kind.
template <class Op, class Kind>
class NodeOf final : public Node {
    static_assert(is_training_operation<Op, Kind>);

  public:
    using State = typename Op::template State<Kind>;
    [[gnu::cold]] NodeOf(const Site& site, std::int64_t capacity) : state(site, capacity) {}

    [[nodiscard]] [[gnu::cold]] std::int64_t workspace_bytes(const Site& site, std::int64_t capacity) const override {
        return Op::template workspace_bytes<Kind>(site, capacity);
    }
    [[gnu::cold]] void forward(const Site& site, Context& context) override {
        Op::template forward<Kind>(state, site, context);
    }
    [[gnu::cold]] void backward(const Site& site, Context& context) override {
        Op::template backward<Kind>(state, site, context);
    }
    [[gnu::cold]] void lower(const Site& site, Lowering& lowering, RowNumbers& numbers) const override {
        Op::template lower<Kind>(state, site, lowering, numbers);
    }
    [[gnu::cold]] void initialize(const Site& site, Context& context, float* trained) override {
        if constexpr (requires { Op::template initialize<Kind>(state, site, context, trained); }) {
            Op::template initialize<Kind>(state, site, context, trained);
        }
    }
    [[gnu::cold]] void add_persistent(std::vector<NamedNumbers>& list, const std::string& place) override {
        if constexpr (requires { state.add_persistent(list, place); }) state.add_persistent(list, place);
    }
    [[nodiscard]] const ProductState* weights() const override {
        if constexpr (std::is_base_of_v<ProductState, State>) return &state;
        return nullptr;
    }
    [[nodiscard]] [[gnu::cold]] std::optional<RunningStatistics> running_statistics() override {
        if constexpr (requires { state.running_statistics(); }) return state.running_statistics();
        return std::nullopt;
    }

    State state;
};

namespace detail {

template <class Op, class Net>
constexpr auto variant_of(const FactsView& facts, const Row& row) {
    if constexpr (requires { Op::template variant<Net>(facts, row); }) {
        return Op::template variant<Net>(facts, row);
    } else {
        return integer::OnlyVariant{};
    }
}

template <Storage S>
using stored = typename integer::StorageType<S>::type;

/// The node of row I of a network, as `type`.
template <class Net, std::size_t I, class Primitive>
struct NodeAt {
    static constexpr const auto& table = facts<Net>;
    static constexpr const Row& row = table.rows[I];
    static constexpr Storage second = row.second_input == none ? Storage::uint8 : table.value(row.second_input).storage;
    using Op = Operation<Primitive>;
    using type = NodeOf<Op, Kind<stored<table.value(row.input).storage>, stored<second>,
                                 stored<table.value(row.output).storage>, variant_of<Op, Net>(table.view(), row)>>;
};

template <class Type>
[[gnu::cold]] std::unique_ptr<Node> make_node(const Site& site, std::int64_t capacity) {
    return std::make_unique<Type>(site, capacity);
}

template <class Net, class Indices, class Primitives>
struct NodeMakers;
template <class Net, std::size_t... I, class... Primitive>
struct NodeMakers<Net, std::index_sequence<I...>, boost::mp11::mp_list<Primitive...>> {
    using Maker = std::unique_ptr<Node> (*)(const Site&, std::int64_t);
    static constexpr Maker of[] = {&make_node<typename NodeAt<Net, I, Primitive>::type>...};
};

}  // namespace detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
