// Vector loops over the gates of recurrent cells: what follows (forward) or precedes (backward) the product with U at one step, for
// some rows of the batch and one block of units that fit in a vector.
#pragma once

#include <cstdint>

namespace candor::cpu::recurrent {

/// Pointers are to the first row, this step and this block; the gates of a cell lie `units` apart. Of the outer tensors, [batch, time, ...],
/// rows are `time` steps apart, of the gates gates_row numbers; the task's own copies of states have rows state_row apart.
struct Block {
  std::int64_t rows = 0, units = 0, time = 0, state_row = 0, gates_row = 0;
  int width = 0;               ///< units of this block
  const bool* mask = nullptr;  ///< null: every step counts
};

struct Forward : Block {
  float* sums = nullptr;        ///< h U, rows and gates packed: [rows, gates, lanes]; overwritten
  const float* x = nullptr;     ///< what the inputs give: rows x_row and gates x_gate apart
  std::int64_t x_row = 0, x_gate = 0;
  const float* bias = nullptr;                     ///< of h U (gru)
  const float* before = nullptr;                   ///< h before the step, own copy
  float *after = nullptr, *cell = nullptr;         ///< h after it; c, in place (lstm); own copies
  float *h = nullptr, *c = nullptr, *gates = nullptr;  ///< gates: null where nobody wants them
  std::int64_t gates_ahead = 0;                        ///< from there to the gates that are written soon, whose lines are asked for; 0: none
};

struct Backward : Block {
  const float *dh = nullptr, *dc = nullptr, *gates = nullptr;  ///< dh, dc: null for zero; rows of dh dh_row apart
  std::int64_t dh_row = 0;
  const float* state = nullptr;   ///< h (rnn) or c (lstm) after the step
  const float* before = nullptr;  ///< c (lstm) or h (gru) before it
  std::int64_t before_row = 0;
  float *carry = nullptr, *cell = nullptr;  ///< cotangents of h and c after the step, replaced by their part before it that does not pass U; own copies
  float* local = nullptr;                   ///< cotangents of h U: [rows, gates * units], rows local_row apart
  std::int64_t local_row = 0;
  float *dx = nullptr, *dinner = nullptr;  ///< null where the own copy is all that is wanted
  float* candidate = nullptr;              ///< own copy of the cotangent of a gru's x_n, rows local_row apart; null for none
  /// What is read soon, whose lines are asked for beside each row's arithmetic, as all at once would wait for one another; null for none.
  const float *soon_gates = nullptr, *soon_h = nullptr, *soon_x = nullptr;
  std::int64_t soon_x_row = 0;
};

struct Gates {
  int lanes = 0;
  void (*forward)(const Forward&) = nullptr;
  void (*backward)(const Backward&) = nullptr;
};
enum class Family { rnn, gru, lstm };
/// For the best instruction set that is allowed at the moment of the call.
Gates gates_of(Family family);

}  // namespace candor::cpu::recurrent
