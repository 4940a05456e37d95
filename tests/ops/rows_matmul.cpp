// Rows of products of matrices.
#include "candor/ops/matmul.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

OpRow product_row(std::string name, Shape a, Shape b, std::function<Tensor(const Tensor&, const Tensor&)> f, std::vector<std::vector<Shape>> sizes = {}, std::vector<Shape> large = {}) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{std::move(a)}, {std::move(b)}};
  row.f = [f = std::move(f)](std::span<const Tensor> in) { return std::vector<Tensor>{f(in[0], in[1])}; };
  row.sizes = std::move(sizes);
  row.large = std::move(large);
  return row;
}

Tensor plain(const Tensor& a, const Tensor& b) { return matmul(a, b); }

const AddRows products({
    product_row("matmul", {3, 4}, {4, 5}, plain,
                {{{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{2, 3}, {3, 0}}, {{4}, {4}}, {{3, 4}, {4}}, {{4}, {4, 2}}, {{17, 33}, {33, 9}}, {{1, 64}, {64, 10}}}, {{128, 96}, {96, 130}}),
    product_row("matmul_batch", {2, 3, 4}, {2, 4, 2}, plain, {{{1, 3, 4}, {5, 4, 2}}, {{2, 1, 3, 4}, {3, 4, 2}}, {{2, 3, 4}, {4, 2}}, {{3, 4}, {2, 4, 2}}, {{0, 3, 4}, {0, 4, 1}}, {{2, 3, 4}, {4}}},
                {{7, 40, 33}, {7, 33, 50}}),
    product_row("matmul_transpose_a", {4, 3}, {4, 5}, [](const Tensor& a, const Tensor& b) { return matmul(a, b, true); }, {{{2, 4, 3}, {4, 5}}, {{0, 2}, {0, 3}}}, {{96, 128}, {96, 130}}),
    product_row("matmul_transpose_b", {3, 4}, {5, 4}, [](const Tensor& a, const Tensor& b) { return matmul(a, b, false, true); }, {{{2, 3, 4}, {5, 4}}, {{2, 0}, {3, 0}}}, {{128, 96}, {130, 96}}),
    product_row("matmul_transpose_both", {4, 3}, {5, 4}, [](const Tensor& a, const Tensor& b) { return matmul(a, b, true, true); }, {{{2, 4, 3}, {2, 5, 4}}}, {{96, 128}, {130, 96}}),
    product_row("tensordot", {2, 3, 4}, {4, 3, 2}, [](const Tensor& a, const Tensor& b) { return tensordot(a, b, {1, 2}, {1, 0}); }),
    product_row("dot", {2, 3}, {3}, dot, {{{3}, {3}}, {{}, {2}}, {{2, 3}, {3, 2}}}),
    product_row("dot_batch", {2, 3}, {2, 3, 4}, dot),
    product_row("outer", {3}, {4}, outer, {{{1}, {0}}, {{2, 2}, {3}}}),
});

OpRow einsum_row(std::string name, const std::string& equation, std::vector<Shape> shapes) {
  OpRow row;
  row.name = "einsum_" + std::move(name);
  for (const Shape& shape : shapes) row.inputs.push_back({shape});
  row.f = [equation](std::span<const Tensor> in) { return std::vector<Tensor>{einsum(equation, {in.begin(), in.end()})}; };
  return row;
}

const AddRows einsums({
    einsum_row("matmul", "ij,jk->ik", {{2, 3}, {3, 4}}),
    einsum_row("implicit", "ij,jk", {{2, 3}, {3, 4}}),
    einsum_row("batch", "bqhd,bkhd->bhqk", {{2, 3, 2, 3}, {2, 4, 2, 3}}),
    einsum_row("ellipsis", "...ij,...jk->...ik", {{2, 3, 2}, {2, 2, 2}}),
    einsum_row("ellipsis_broadcast", "...ij,jk->...ik", {{2, 2, 3, 2}, {2, 4}}),
    einsum_row("ellipsis_of_one", "...i,...i->...", {{2, 3, 4}, {3, 4}}),
    einsum_row("three", "abc,cd,db->ad", {{2, 3, 4}, {4, 2}, {2, 3}}),
    einsum_row("repeated", "iij,j->ij", {{3, 3, 2}, {2}}),
    einsum_row("summed_alone", "ij,k->i", {{2, 3}, {4}}),
    einsum_row("elementwise", "ij,ij->ij", {{2, 3}, {2, 3}}),
    einsum_row("scalar", "i,i->", {{4}, {4}}),
    einsum_row("outer", "i,j->ji", {{3}, {2}}),
    einsum_row("empty", "ij,jk->ik", {{2, 0}, {0, 3}}),
    einsum_row("one", "ij->j", {{2, 3}}),
    einsum_row("stretched", "bi,bi->b", {{1, 3}, {4, 3}}),
});

}  // namespace
}  // namespace candor::testing
