// A process with pipes to its input and output; its error output goes to a file.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace candor::bench {

class Child {
 public:
  /// Throws Error (io) when the program cannot be started.
  Child(const std::vector<std::string>& command, const std::string& errors);
  ~Child();  ///< closes the pipes and waits; ends the process when it does not go by itself
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void write(const std::string& text);
  /// The next line without its end; throws Error (io) when the process has ended or said nothing for so long.
  std::string line(double timeout_seconds);
  /// Megabytes that it took at most until now.
  double peak_megabytes() const;

 private:
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
  std::string rest_;
};

/// Megabytes that a process ("self" or its number) took at most, or since begin_peak(); 0 where the system does not say.
double peak_megabytes(const std::string& process = "self");
/// From here on this process's peak counts; what was freed before goes back to the system.
void begin_peak();

/// What a program that ran to its end gave.
struct Finished {
  int status = 0;  ///< exit code; 128 + signal
  double seconds = 0;
  std::string output;     ///< what it printed
};
/// Runs a program with its error output added to its output.
Finished run_to_end(const std::vector<std::string>& command);

}  // namespace candor::bench
