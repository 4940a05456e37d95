#include "candor/data/table/json_text.h"

#include <algorithm>
#include <utility>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data::detail {
namespace {

constexpr std::size_t block = std::size_t{1} << 20;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

JsonText::JsonText(std::unique_ptr<ByteReader> bytes, const std::string& encoding, std::string name)
    : bytes_(std::move(bytes)), decoder_(encoding, name), name_(std::move(name)) {
  skip_blanks();
  if (!fill(at_)) fail(ErrorKind::corrupt, name_ + ": the file is empty, rows of JSON are expected");
  form_ = find_form();
  if (form_ == Form::list) drop(1);
}

void JsonText::refuse(const std::string& why) const { fail(ErrorKind::corrupt, name_ + ": line " + std::to_string(line_) + ": " + why); }

/// Reads one more block; false at the end. Places in the text stay what they are.
bool JsonText::more() {
  if (ended_) return false;
  std::string raw(block, '\0');
  const std::size_t got = bytes_->read(raw.data(), raw.size());
  ended_ = got < raw.size();
  decoder_.append(text_, std::string_view(raw).substr(0, got), ended_);
  return true;
}

/// Whether there is a character at this place.
bool JsonText::fill(std::size_t place) {
  while (place >= text_.size())
    if (!more()) return false;
  return true;
}

/// Passes over what was given, counting its lines.
void JsonText::drop(std::size_t bytes) {
  line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.begin() + static_cast<std::ptrdiff_t>(at_ + bytes), '\n');
  at_ += bytes;
  if (at_ < block) return;
  text_.erase(0, at_);
  at_ = 0;
}

void JsonText::skip_blanks() {
  while (fill(at_) && is_blank(text_[at_])) {
    std::size_t end = at_;
    while (end < text_.size() && is_blank(text_[end])) ++end;
    drop(end - at_);
  }
}

/// The place behind the line that begins here.
std::size_t JsonText::line_end() {
  for (std::size_t from = at_;;) {
    const std::size_t end = text_.find('\n', from);
    if (end != std::string::npos) return end;
    from = text_.size();
    if (from - at_ > longest_row || !more()) return text_.size();
  }
}

/// The place behind the object, the list or the word that begins here; where it has no end, that of the text or of what a row may take.
std::size_t JsonText::value_end() {
  std::size_t place = at_;
  std::int64_t depth = 0;
  bool text = false;
  for (; fill(place); ++place) {
    const char c = text_[place];
    if (text) {
      if (c == '\\') ++place;
      else if (c == '"') text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return place;
      if (--depth == 0) return place + 1;
    } else if (depth == 0 && (c == ',' || is_blank(c))) {
      return place;
    }
    if (place - at_ > longest_row) break;
  }
  return std::min(place, text_.size());
}

JsonText::Form JsonText::find_form() {
  const std::size_t end = line_end();
  const std::string_view first = trimmed(std::string_view(text_).substr(at_, end - at_));
  const bool open = value_end() > end || first.size() > longest_row;
  if (text_[at_] != '[') return text_[at_] == '{' && open ? Form::values : Form::lines;
  std::size_t inner = at_ + 1;
  while (fill(inner) && is_blank(text_[inner])) ++inner;
  if (!fill(inner) || (text_[inner] != '{' && text_[inner] != '[')) return Form::lines;
  if (text_[inner] == '{' || open) return Form::list;
  // [[1, 2], [3, 4]] alone is a list of rows; above other lines it is a row whose cells are lists.
  std::size_t behind = end;
  while (fill(behind) && is_blank(text_[behind])) ++behind;
  return fill(behind) ? Form::lines : Form::list;
}

std::string_view JsonText::take(std::size_t bytes) {
  if (bytes > longest_row) refuse("a row of more than " + with_thousands(static_cast<std::int64_t>(longest_row)) + " bytes");
  given_ = bytes;
  return trimmed(std::string_view(text_).substr(at_, bytes));
}

std::optional<std::string_view> JsonText::next() {
  drop(std::exchange(given_, 0));
  skip_blanks();
  if (form_ != Form::list) {
    if (!fill(at_)) return std::nullopt;
    return take(form_ == Form::lines ? line_end() - at_ : std::max<std::size_t>(1, value_end() - at_));
  }
  if (!fill(at_)) refuse("not JSON: the list of rows that began above is not closed");
  if (text_[at_] == ',' && !first_) {
    drop(1);
    skip_blanks();
  } else if (text_[at_] == ']') {
    drop(1);
    skip_blanks();
    if (fill(at_)) refuse("not JSON: something follows the list of rows: " + quoted(text_.substr(at_, 40), 40));
    form_ = Form::values;
    return std::nullopt;
  } else if (!first_) {
    refuse("not JSON: a comma or the end of the list is expected, got " + quoted(text_.substr(at_, 40), 40));
  }
  first_ = false;
  const std::size_t end = value_end();
  if (end == at_) refuse("not JSON: a row is expected, got " + (fill(at_) ? quoted(text_.substr(at_, 40), 40) : "the end of the file"));
  return take(end - at_);
}

}  // namespace candor::data::detail
