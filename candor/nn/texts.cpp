#include "candor/nn/texts.h"

#include "candor/base/error.h"
#include "candor/ops/manipulate.h"

namespace candor {

Texts::Texts(std::vector<std::string> values) : values_(std::move(values)), shape_{static_cast<std::int64_t>(values_.size())} {}
Texts::Texts(std::initializer_list<const char*> values) : values_(values.begin(), values.end()), shape_{static_cast<std::int64_t>(values_.size())} {}
Texts::Texts(std::vector<std::string> values, const Shape& shape) : values_(std::move(values)), shape_(shape) {
  if (shape_.size() != size()) fail(ErrorKind::shape, "Texts: " + std::to_string(size()) + " strings do not fill the shape " + to_string(shape_));
}

Texts Texts::reshaped(const Shape& shape) const { return {values_, shape}; }
bool Texts::operator==(const Texts& other) const { return shape_ == other.shape_ && values_ == other.values_; }

Column::Column(Tensor numbers) : numbers_(std::move(numbers)) {}
Column::Column(Texts texts) : texts_(std::move(texts)) {}
const Tensor& Column::numbers() const {
  if (is_texts()) fail(ErrorKind::dtype, "numbers are needed here and texts were given, shape " + to_string(texts_.shape()) + "; look them up or hash them first");
  return numbers_;
}
const Texts& Column::texts() const {
  if (!is_texts()) fail(ErrorKind::dtype, "texts are needed here and numbers were given, " + to_string(numbers_.type()));
  return texts_;
}
Column Column::reshaped(const Shape& shape) const { return is_texts() ? Column(texts_.reshaped(shape)) : Column(reshape(numbers_, shape)); }

}  // namespace candor
