#include "candor/train/callbacks/terminate_on_nan.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(bool raise) : raise_(raise) {}
  bool ends_at_nan() const override { return !raise_; }
  std::string kind() const override { return "TerminateOnNaN"; }

 private:
  bool raise_;
};

}  // namespace

TerminateOnNaN::operator Callback() const { return Callback(std::make_shared<Body>(raise_error)); }

}  // namespace candor
