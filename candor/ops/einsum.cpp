// einsum, lowered to diagonal, sum, transpose, reshape and matmul: operands are contracted from left to right, two at a time.
#include <map>

#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

// An axis is named by its label, or by a number above the letters when it belongs to the ellipsis (counted from the right).
using Labels = std::vector<int>;
constexpr int ellipsis_base = 1000;

struct Term {
  Tensor tensor;
  Labels labels;
};

bool has(const Labels& labels, int label) { return std::count(labels.begin(), labels.end(), label) > 0; }

[[noreturn]] void malformed(const std::string& equation, const std::string& why) { fail(ErrorKind::invalid_argument, "einsum: \"" + equation + "\": " + why); }

// The labels of one term; `ellipsis` is the number of axes that "..." stands for, -1 where the term has none.
Labels parse(const std::string& text, const std::string& equation, int rank, int* ellipsis) {
  const std::size_t dots = text.find("...");
  const int named = static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return c != '.'; }));
  const int hidden = dots == std::string::npos ? 0 : rank >= 0 ? rank - named : *ellipsis;
  if (rank >= 0 && (dots == std::string::npos ? named != rank : hidden < 0))
    malformed(equation, "\"" + text + "\" names " + std::to_string(named) + " axes, the operand has " + std::to_string(rank));
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == dots) {
      for (int k = hidden; k-- > 0;) labels.push_back(ellipsis_base - k);
      i += 2;
      continue;
    }
    if (!std::isalpha(static_cast<unsigned char>(text[i]))) malformed(equation, std::string("unexpected '") + text[i] + "' in \"" + text + "\"");
    labels.push_back(text[i]);
  }
  if (rank >= 0 && dots != std::string::npos) *ellipsis = std::max(*ellipsis, hidden);
  return labels;
}

Term permuted(const Term& term, const Labels& order) {
  std::vector<int> axes;
  for (int label : order) axes.push_back(static_cast<int>(std::find(term.labels.begin(), term.labels.end(), label) - term.labels.begin()));
  return {axes.empty() ? term.tensor : transpose(term.tensor, axes), order};
}

// A label that stands twice in an operand picks the diagonal of those two axes.
Term without_repeats(Term term) {
  for (std::size_t i = 0; i < term.labels.size(); ++i)
    for (std::size_t j = i + 1; j < term.labels.size(); ++j) {
      if (term.labels[i] != term.labels[j]) continue;
      std::vector<int> axes;
      Labels rest;
      for (std::size_t a = 0; a < term.labels.size(); ++a)
        if (a != i && a != j) axes.push_back(static_cast<int>(a)), rest.push_back(term.labels[a]);
      axes.push_back(static_cast<int>(i)), axes.push_back(static_cast<int>(j));
      rest.push_back(term.labels[i]);
      return without_repeats({diagonal(transpose(term.tensor, axes)), rest});
    }
  return term;
}

Term summed(const Term& term, const Labels& keep) {
  Labels rest;
  std::vector<int> axes;
  for (std::size_t i = 0; i < term.labels.size(); ++i)
    if (has(keep, term.labels[i])) rest.push_back(term.labels[i]);
    else axes.push_back(static_cast<int>(i));
  return {axes.empty() ? term.tensor : sum(term.tensor, axes), rest};
}

// Contracts two terms; `keep` are the labels that the output or a later operand needs.
Term contract(Term a, Term b, const Labels& keep) {
  Labels needed_a = keep, needed_b = keep;
  needed_a.insert(needed_a.end(), b.labels.begin(), b.labels.end());
  needed_b.insert(needed_b.end(), a.labels.begin(), a.labels.end());
  a = summed(a, needed_a), b = summed(b, needed_b);

  Labels batch, inner, rows, columns;
  for (int label : a.labels) (has(b.labels, label) ? has(keep, label) ? batch : inner : rows).push_back(label);
  for (int label : b.labels)
    if (!has(a.labels, label)) columns.push_back(label);
  const auto joined = [](std::initializer_list<const Labels*> parts) {
    Labels all;
    for (const Labels* part : parts) all.insert(all.end(), part->begin(), part->end());
    return all;
  };
  a = permuted(a, joined({&batch, &rows, &inner}));
  b = permuted(b, joined({&batch, &inner, &columns}));

  // An extent of 1 in one operand stretches: sum it away where it is alone, and let batch axes broadcast.
  const std::size_t nb = batch.size(), ni = inner.size();
  std::map<int, std::int64_t> extent;
  for (const Term* t : {&a, &b})
    for (std::size_t i = 0; i < t->labels.size(); ++i) {
      std::int64_t& e = extent.try_emplace(t->labels[i], 1).first->second;
      if (t->tensor.shape(static_cast<int>(i)) != 1) e = t->tensor.shape(static_cast<int>(i));
    }
  const auto full = [&](Term& t) {
    Shape shape = t.tensor.shape();
    for (std::size_t i = 0; i < t.labels.size(); ++i) shape.set(static_cast<int>(i), extent[t.labels[i]]);
    t.tensor = broadcast_to(t.tensor, shape);
  };
  full(a), full(b);
  const auto product = [&](const Labels& labels) {
    std::int64_t n = 1;
    for (int label : labels) n *= extent[label];
    return n;
  };
  Labels out = joined({&batch, &rows, &columns});
  std::vector<std::int64_t> shape;
  for (int label : out) shape.push_back(extent[label]);
  if (ni == 0) {  // nothing is summed: an outer product
    std::vector<std::int64_t> left = a.tensor.shape().to_vector(), right = b.tensor.shape().to_vector();
    left.insert(left.end(), columns.size(), 1);
    right.insert(right.begin() + static_cast<std::ptrdiff_t>(nb), rows.size(), 1);
    if (left.size() <= Shape::max_rank) return {multiply(reshape(a.tensor, left), reshape(b.tensor, right)), out};
  }
  const std::int64_t batches = product(batch), m = product(rows), k = product(inner), n = product(columns);
  const Tensor c = batches == 1 || nb == 0
                       ? matmul(reshape(a.tensor, Shape{m, k}), reshape(b.tensor, Shape{k, n}))
                       : matmul(reshape(a.tensor, Shape{batches, m, k}), reshape(b.tensor, Shape{batches, k, n}));
  return {reshape(c, shape), out};
}

struct Equation {
  std::vector<std::string> inputs;
  std::string output;
  bool explicit_output = false;
};

Equation read(const std::string& equation) {
  std::string text;
  for (char c : equation)
    if (c != ' ') text += c;
  Equation result;
  const std::size_t arrow = text.find("->");
  result.explicit_output = arrow != std::string::npos;
  if (result.explicit_output) result.output = text.substr(arrow + 2);
  std::string left = text.substr(0, arrow);
  std::size_t start = 0;
  while (true) {
    const std::size_t comma = left.find(',', start);
    result.inputs.push_back(left.substr(start, comma - start));
    if (comma == std::string::npos) return result;
    start = comma + 1;
  }
}

}  // namespace

Tensor einsum(const std::string& equation, const std::vector<Tensor>& operands) {
  const Equation parts = read(equation);
  if (operands.empty() || parts.inputs.size() != operands.size())
    malformed(equation, std::to_string(parts.inputs.size()) + " terms for " + std::to_string(operands.size()) + " operands");
  int ellipsis = 0;
  std::vector<Term> terms;
  std::map<int, std::int64_t> extent;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Labels labels = parse(parts.inputs[i], equation, operands[i].rank(), &ellipsis);
    for (std::size_t a = 0; a < labels.size(); ++a) {
      const std::int64_t n = operands[i].shape(static_cast<int>(a));
      std::int64_t& known = extent.try_emplace(labels[a], n).first->second;
      if (known == 1) known = n;
      if (n != known && n != 1)
        fail(ErrorKind::shape, "einsum: \"" + equation + "\": label " + (labels[a] < 256 ? std::string(1, static_cast<char>(labels[a])) : "...") + " is " +
                                   std::to_string(known) + " and, in operand " + std::to_string(i) + " " + to_string(operands[i].shape()) + ", " + std::to_string(n));
    }
    terms.push_back({operands[i], labels});
  }
  Labels out;
  if (parts.explicit_output) {
    out = parse(parts.output, equation, -1, &ellipsis);
  } else {  // labels that occur once, sorted, after the ellipsis
    std::map<int, int> uses;
    for (const Term& term : terms)
      for (int label : term.labels) ++uses[label];
    for (int k = ellipsis; k-- > 0;) out.push_back(ellipsis_base - k);
    for (const auto& [label, count] : uses)
      if (label < 256 && count == 1) out.push_back(label);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!extent.count(out[i])) malformed(equation, "the output names a label that no operand has");
    if (std::count(out.begin(), out.end(), out[i]) > 1) malformed(equation, "the output names a label twice");
  }
  Term result = without_repeats(terms[0]);
  for (std::size_t i = 1; i < terms.size(); ++i) {
    Labels keep = out;
    for (std::size_t j = i + 1; j < terms.size(); ++j) keep.insert(keep.end(), terms[j].labels.begin(), terms[j].labels.end());
    result = contract(result, without_repeats(terms[i]), keep);
  }
  result = permuted(summed(result, out), out);
  return result.tensor;
}

}  // namespace candor
