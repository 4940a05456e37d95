// The one exception type of Candor, and the rule for its text: what was asked, what was expected, what came, where, what to do.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace candor {

/// What sort of thing went wrong; decides the exit code of the command line (see `exit_code`).
enum class ErrorKind {
  invalid_argument,  ///< an option or argument outside its range
  shape,             ///< shapes that do not fit
  dtype,             ///< dtypes that do not fit
  not_found,         ///< a file, name or column that is not there
  corrupt,           ///< a file or message that is malformed
  io,                ///< the system refused to read or write
  numeric,           ///< training produced NaN or infinity
  unsupported,       ///< understood, but this build or op cannot do it
  interrupted,       ///< stopped by the user
  memory,            ///< more memory was needed than there is
  internal,          ///< a fault in Candor itself
};

/// Name of a kind as printed in JSON: "invalid_argument", "shape", ...
std::string_view to_string(ErrorKind kind);

/// Every failure that a caller can meet. `what()` is the message followed by the places it passed through (", at ...").
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message);

  /// Adds where it happened: a layer path, `file: row 12`, an op name. The innermost place is added first.
  Error& at(std::string_view place);

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_, where_, what_;
};

/// Throws Error{kind, message}.
[[noreturn]] void fail(ErrorKind kind, std::string message);

/// The command line's exit code for an error: 2 for bad input, 1 for everything that failed in spite of good input.
int exit_code(ErrorKind kind);

/// Names the part of a program that runs now ("model/dense_1"); errors and graph nodes made inside carry it.
/// Scopes nest and belong to one thread.
class Scope {
 public:
  explicit Scope(std::string_view name);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// The open scopes joined by '/', empty outside any.
  static const std::string& path();

 private:
  std::size_t previous_length_;
};

}  // namespace candor
