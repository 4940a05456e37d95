#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "tests/ops/fixture_ops.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;
using Ints = std::vector<std::int64_t>;

int axis_of(const FixtureCall& c, int otherwise) { return c.attrs.contains("axis") ? c.attrs.at("axis").get<int>() : otherwise; }

Ints ints_of(const nlohmann::json& value) { return value.is_array() ? value.get<Ints>() : Ints{value.get<std::int64_t>()}; }

void add_indexing(FixtureTable& table) {
  table["take"] = [](const FixtureCall& c) {
    const auto [x, axis] = along(c, 0);
    return Tensors{take(x, c[1], axis)};
  };
  table["take_along_axis"] = [](const FixtureCall& c) { return Tensors{take_along_axis(c[0], c[1], axis_of(c, 0))}; };
  table["embedding"] = [](const FixtureCall& c) { return Tensors{embedding(c[0], c[1])}; };
  table["gather_nd"] = [](const FixtureCall& c) { return Tensors{gather_nd(c[0], c[1])}; };
  table["boolean_mask"] = [](const FixtureCall& c) { return Tensors{boolean_mask(c[0], c.concrete[1])}; };
  table["scatter_add"] = [](const FixtureCall& c) { return Tensors{scatter_add(c[0], c[1], c[2], axis_of(c, 0))}; };
  table["scatter_add_along_axis"] = [](const FixtureCall& c) { return Tensors{scatter_add_along_axis(c[0], c[1], c[2], axis_of(c, 0))}; };
  table["scatter_update"] = [](const FixtureCall& c) { return Tensors{scatter_update(c[0], c[1], c[2], axis_of(c, 0))}; };
  table["segment_sum"] = [](const FixtureCall& c) { return Tensors{segment_sum(c[0], c[1], c.attrs.at("num_segments").get<std::int64_t>())}; };
  table["one_hot"] = [](const FixtureCall& c) { return Tensors{one_hot(c[0], c.attrs.at("num_classes").get<std::int64_t>(), axis_of(c, -1))}; };
  table["searchsorted"] = [](const FixtureCall& c) { return Tensors{searchsorted(c[0], c[1], c.attrs.value("side", "left"))}; };
  table["sort"] = [](const FixtureCall& c) {
    const auto [x, axis] = along(c);
    const auto [values, order] = sort(x, axis, c.attrs.value("descending", false));
    return Tensors{values, order};
  };
  for (const bool largest : {true, false})
    table[largest ? "top_k" : "bottom_k"] = [largest](const FixtureCall& c) {
      const auto [values, order] = top_k(c[0], c.attrs.at("k").get<std::int64_t>(), axis_of(c, -1), largest);
      return Tensors{values, order};
    };
}

// Null means the end that the step runs towards.
Tensor slice_with_nulls(const FixtureCall& c) {
  const auto &start = c.attrs.at("start"), &stop = c.attrs.at("stop");
  Ints from, to, step;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const std::int64_t size = c[0].shape(static_cast<int>(i));
    step.push_back(c.attrs.contains("step") ? c.attrs.at("step").at(i).get<std::int64_t>() : 1);
    const bool back = step.back() < 0;
    from.push_back(start.at(i).is_null() ? (back ? size - 1 : 0) : start.at(i).get<std::int64_t>());
    to.push_back(stop.at(i).is_null() ? (back ? -size - 1 : size) : stop.at(i).get<std::int64_t>());
  }
  return slice(c[0], from, to, step);
}

// A count for each element: the element's index, that often.
Tensor repeat_any(const FixtureCall& c) {
  const auto& repeats = c.attrs.at("repeats");
  const auto [x, axis] = along(c, 0);
  if (!repeats.is_array()) return repeat(x, repeats.get<std::int64_t>(), axis);
  Ints index;
  for (std::size_t i = 0; i < repeats.size(); ++i) index.insert(index.end(), repeats.at(i).get<std::size_t>(), static_cast<std::int64_t>(i));
  return take(x, Tensor::from(index), axis);
}

void add_movement(FixtureTable& table) {
  table["concatenate"] = [](const FixtureCall& c) { return Tensors{concatenate(c.arguments, axis_of(c, 0))}; };
  table["stack"] = [](const FixtureCall& c) { return Tensors{stack(c.arguments, axis_of(c, 0))}; };
  table["split"] = [](const FixtureCall& c) {
    const int axis = axis_of(c, 0);
    if (c.attrs.contains("sections")) return split(c[0], c.attrs.at("sections").get<int>(), axis);
    Ints places;
    std::int64_t at = 0;
    for (std::int64_t size : c.attrs.at("sizes").get<Ints>()) places.push_back(at += size);
    places.pop_back();
    return split(c[0], places, axis);
  };
  table["slice"] = [](const FixtureCall& c) { return Tensors{slice_with_nulls(c)}; };
  table["pad"] = [](const FixtureCall& c) {
    std::vector<std::pair<std::int64_t, std::int64_t>> width;
    for (const auto& pair : c.attrs.at("pad_width")) width.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
    return Tensors{pad(c[0], width, c.attrs.value("mode", "constant"), c.attrs.value("constant_values", 0.0))};
  };
  table["transpose"] = [](const FixtureCall& c) { return Tensors{transpose(c[0], axes_of(c.attrs, "axes"))}; };
  table["reshape"] = [](const FixtureCall& c) { return Tensors{reshape(c[0], c.attrs.at("shape").get<Ints>())}; };
  table["broadcast_to"] = [](const FixtureCall& c) { return Tensors{broadcast_to(c[0], Shape(c.attrs.at("shape").get<Ints>()))}; };
  table["expand_dims"] = [](const FixtureCall& c) { return Tensors{expand_dims(c[0], axis_of(c, 0))}; };
  table["squeeze"] = [](const FixtureCall& c) { return Tensors{squeeze(c[0], axis_of(c, 0))}; };
  table["tile"] = [](const FixtureCall& c) { return Tensors{tile(c[0], ints_of(c.attrs.at("repeats")))}; };
  table["repeat"] = [](const FixtureCall& c) { return Tensors{repeat_any(c)}; };
  table["flip"] = [](const FixtureCall& c) {
    Axes axes = axes_of(c.attrs);
    if (axes.empty())
      for (int i = 0; i < c[0].rank(); ++i) axes.push_back(i);
    return Tensors{flip(c[0], axes)};
  };
  table["roll"] = [](const FixtureCall& c) {
    const Ints shift = ints_of(c.attrs.at("shift"));
    const Axes axes = axes_of(c.attrs);
    if (axes.empty()) return Tensors{reshape(roll(reshape(c[0], Ints{-1}), shift, {0}), c[0].shape())};
    return Tensors{roll(c[0], shift, axes)};
  };
  table["diagonal"] = [](const FixtureCall& c) { return Tensors{diagonal(c[0], c.attrs.value("offset", 0))}; };
  table["trace"] = [](const FixtureCall& c) { return Tensors{trace_of(c[0])}; };
  table["tril"] = [](const FixtureCall& c) { return Tensors{tril(c[0], c.attrs.value("k", 0))}; };
  table["triu"] = [](const FixtureCall& c) { return Tensors{triu(c[0], c.attrs.value("k", 0))}; };
  table["meshgrid"] = [](const FixtureCall& c) { return meshgrid(c[0], c[1], c.attrs.value("indexing", "xy")); };
  table["swap_axes"] = [](const FixtureCall& c) { return Tensors{swap_axes(c[0], c.attrs.at("axis1").get<int>(), c.attrs.at("axis2").get<int>())}; };
}

}  // namespace

void add_shape_fixtures(FixtureTable& table) {
  add_indexing(table);
  add_movement(table);
}

}  // namespace candor::testing
