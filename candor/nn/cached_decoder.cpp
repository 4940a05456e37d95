#include "candor/nn/cached_decoder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "candor/base/error.h"
#include "candor/graph/narrow_weights.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/nn/step_cache.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"

namespace candor {
namespace {

/// What is left of a prompt is taken in by so many steps together where that is enough: a third Program, and less work than a chunk.
constexpr std::int64_t few_steps = 8;

[[noreturn]] void bad_decoder(ErrorKind kind, const std::string& what) { fail(kind, "CachedDecoder: " + what); }

}  // namespace

struct CachedDecoder::State {
  Model model;
  CachedDecoderOptions options;
  DType tokens = DType::i32;
  std::int64_t vocabulary = 0, length = 0;
  detail::CachedSteps steps;
  std::optional<NarrowCopies> copies;
  std::map<std::int64_t, Program> programs;  ///< by steps taken in together
  std::vector<std::vector<std::int64_t>> seen;  ///< tokens, a list a row

  Program& program(std::int64_t count) {
    if (const auto found = programs.find(count); found != programs.end()) return found->second;
    const std::vector<TensorType> types{{{options.batch, count}, tokens}, {Shape{}, DType::i32}, {Shape{}, DType::i32}};
    const auto graph = trace([&](std::span<const Tensor> in) {
      detail::StepCache cache(steps, in[1]);
      return std::vector<Tensor>{cast(take(model(in[0]), in[2], 1), DType::f32)};
    }, types);
    if (copies) copies->replace(*graph);
    return programs.emplace(count, Program(graph, {})).first->second;
  }

  /// Steps [from, from + count) of what was seen are taken in; the scores behind step `last` of them.
  Tensor take_in(std::int64_t from, std::int64_t count, std::int64_t last) {
    std::vector<std::int64_t> window;
    for (const auto& row : seen)
      for (std::int64_t t = from; t < from + count; ++t) window.push_back(t < std::ssize(row) ? row[static_cast<std::size_t>(t)] : 0);
    const std::vector<Tensor> in{Tensor::from(window, {options.batch, count}).to(tokens), Tensor::full({}, static_cast<double>(from), DType::i32), Tensor::full({}, static_cast<double>(last - from), DType::i32)};
    return program(count).run(in)[0];
  }
};

CachedDecoder::CachedDecoder(const Model& model, const CachedDecoderOptions& options) : state_(Shared<State>::make()) {
  State& s = *state_;
  if (!model.defined()) bad_decoder(ErrorKind::invalid_argument, "the model is an empty handle");
  const std::vector<TensorType> in = model.input_types(), out = model.output_types();
  if (in.size() != 1 || out.size() != 1 || in[0].shape.rank() != 1 || is_floating(in[0].dtype) || out[0].shape.rank() != 2 || out[0].shape[0] != in[0].shape[0])
    bad_decoder(ErrorKind::shape, "the model must take tokens [batch, context] and give scores [batch, context, vocabulary]; it takes " + to_string(in.front()) + " and gives " + to_string(out.front()) + " a sample");
  const auto require = [](const char* option, std::int64_t value) {
    if (value < 1) bad_decoder(ErrorKind::invalid_argument, std::string(option) + " must be at least 1, not " + std::to_string(value));
  };
  require("batch", options.batch);
  require("chunk", options.chunk);
  const std::int64_t context = in[0].shape[0];
  if (options.capacity < 0 || options.capacity > context)
    bad_decoder(ErrorKind::invalid_argument, "capacity must be in [0, " + std::to_string(context) + "], the model's context, not " + std::to_string(options.capacity));
  detail::require_steps_apart(model);
  s.model = model, s.options = options, s.tokens = in[0].dtype, s.vocabulary = out[0].shape[1];
  s.steps.capacity = options.capacity > 0 ? options.capacity : context;
  s.options.chunk = std::min(options.chunk, s.steps.capacity);
  s.seen.resize(static_cast<std::size_t>(options.batch));
  if (options.weights != DType::f32) s.copies.emplace(options.weights);
  s.program(1);  // what the layers do not allow is said here
}

Tensor CachedDecoder::operator()(const Tensor& tokens) const {
  State& s = *state_;
  if (tokens.rank() != 2 || tokens.shape(0) != s.options.batch || tokens.shape(1) < 1)
    bad_decoder(ErrorKind::shape, "takes tokens [" + std::to_string(s.options.batch) + ", steps] with at least one step, got " + to_string(tokens.shape()));
  if (is_floating(tokens.dtype()) || tokens.dtype() == DType::boolean) bad_decoder(ErrorKind::dtype, "tokens must be whole numbers, not " + to_string(tokens.type()));
  const std::int64_t steps = tokens.shape(1), first = s.length, end = first + steps;
  if (end > s.steps.capacity)
    bad_decoder(ErrorKind::invalid_argument, std::to_string(first) + " steps were seen and " + std::to_string(steps) + " were given; there is room for " + std::to_string(s.steps.capacity) + "; rewind() makes room");
  const std::vector<std::int64_t> given = tokens.to_vector<std::int64_t>();
  for (std::int64_t token : given)
    if (token < 0 || token >= s.vocabulary) bad_decoder(ErrorKind::invalid_argument, "token " + std::to_string(token) + " is not in [0, " + std::to_string(s.vocabulary) + ")");
  for (std::size_t row = 0; row < s.seen.size(); ++row) {
    s.seen[row].resize(static_cast<std::size_t>(first));
    s.seen[row].insert(s.seen[row].end(), given.begin() + static_cast<std::ptrdiff_t>(row) * steps, given.begin() + static_cast<std::ptrdiff_t>(row + 1) * steps);
  }
  Tensor scores;
  for (std::int64_t at = first; at < end;) {
    if (end - at == 1) {
      scores = s.take_in(at, 1, at);
      at += 1;
      continue;
    }
    // The last chunk may reach beyond the end: what is written there is written again before it is read. Where there is no room for that it begins earlier.
    const std::int64_t chunk = std::min<std::int64_t>(end - at <= few_steps ? few_steps : s.options.chunk, s.options.chunk);
    const std::int64_t from = std::min(at, s.steps.capacity - chunk), last = std::min(from + chunk, end) - 1;
    scores = s.take_in(from, chunk, last);
    at = last + 1;
  }
  s.length = end;
  return scores;
}

std::int64_t CachedDecoder::length() const { return state_->length; }
std::int64_t CachedDecoder::capacity() const { return state_->steps.capacity; }

void CachedDecoder::rewind(std::int64_t length) const {
  if (length < 0 || length > state_->length)
    bad_decoder(ErrorKind::invalid_argument, "rewind: " + std::to_string(state_->length) + " steps were seen, there are no first " + std::to_string(length));
  state_->length = length;
}

std::size_t CachedDecoder::cache_bytes() const { return state_->steps.bytes(); }
std::size_t CachedDecoder::weight_bytes() const { return state_->copies ? state_->copies->bytes() : 0; }
const Program& CachedDecoder::step_program() const { return state_->program(1); }

}  // namespace candor
