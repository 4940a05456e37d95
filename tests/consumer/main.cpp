// Uses installed headers and the installed library only.
#include <candor/tensor/random.h>
#include <candor/tensor/tensor.h>

#include <cstdio>

int main() {
  const candor::Tensor a = candor::Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  std::printf("%s\n", candor::to_string(a).c_str());
  return a.view_transpose(std::vector<int>{1, 0}).shape(0) == 3 ? 0 : 1;
}
