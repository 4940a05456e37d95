#include "candor/graph/trace.h"

#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

const TensorType vector4{{4}, DType::f32};

TEST(Trace, RecordsOnceAndComputes) {
  int runs = 0;
  auto f = compile([&](Tensor x, Tensor y) {
    ++runs;
    return x * y + 1.f;
  });
  const Tensor a = Tensor::from<float>({1, 2, 3, 4}), b = Tensor::from<float>({5, 6, 7, 8});
  EXPECT_EQ(f(a, b).to_vector(), (std::vector<float>{6, 13, 22, 33}));
  EXPECT_EQ(f(b, b).to_vector(), (std::vector<float>{26, 37, 50, 65}));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(f(Tensor::from<float>({1, 2}), Tensor::from<float>({3, 4})).to_vector(), (std::vector<float>{4, 9}));
  EXPECT_EQ(runs, 2);
}

TEST(Trace, ReadingASymbolicTensorSaysWhatToDo) {
  try {
    trace([](std::span<const Tensor> in) { return std::vector<Tensor>{Tensor(in[0].item())}; }, {{TensorType{{}, DType::f32}}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("symbolic"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("return the tensor"), std::string::npos);
  }
}

TEST(Trace, UsingATensorAfterItsTraceIsAnError) {
  Tensor leaked;
  trace([&](std::span<const Tensor> in) { leaked = in[0]; return std::vector<Tensor>{in[0]}; }, {{vector4}});
  EXPECT_THROW(leaked + 1.f, Error);
}

TEST(Trace, VariablesAreReadAtRunTimeAndUpdatedByAssign) {
  const Variable v(Tensor::from<float>({1, 2}), "v");
  auto step = compile([&](Tensor x) {
    v.assign(v.value() + x);
    return sum(v.value());
  });
  EXPECT_EQ(step(Tensor::from<float>({1, 1})).item(), 5);
  EXPECT_EQ(v.tensor().to_vector(), (std::vector<float>{2, 3}));
  v.assign(Tensor::from<float>({10, 10}));
  EXPECT_EQ(step(Tensor::from<float>({1, 1})).item(), 22);
}

TEST(Trace, SwappingTwoVariablesKeepsBoth) {
  const Variable a(Tensor::from<float>({1, 2}), "a"), b(Tensor::from<float>({3, 4}), "b");
  auto swap = compile([&](Tensor x) {
    const Tensor old = a.value();
    a.assign(b.value());
    b.assign(old);
    return x;
  });
  swap(Tensor(1.f));
  EXPECT_EQ(a.tensor().to_vector(), (std::vector<float>{3, 4}));
  EXPECT_EQ(b.tensor().to_vector(), (std::vector<float>{1, 2}));
}

TEST(Trace, AssigningAnotherShapeNamesBoth) {
  const Variable v(Tensor::zeros({2}), "weights");
  try {
    v.assign(Tensor::zeros({3}));
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("weights is f32[2], the new value f32[3]"), std::string::npos) << e.what();
  }
}

TEST(Trace, ErrorsNameTheScope) {
  try {
    const Scope outer("model"), inner("dense_1");
    matmul(Tensor::zeros({32, 784}), Tensor::zeros({512, 64}));
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("model/dense_1"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("784 vs 512"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace candor
