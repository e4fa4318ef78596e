#include "core/flow/part_stream.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>

namespace seabed {

namespace {
constexpr uint64_t kPage = 4096;
}

Result<std::unique_ptr<PartStream>> PartStream::create(PartStreamOptions options, const CancelToken* cancel) {
  options.parts_in_memory = std::max(options.parts_in_memory, 3u);
  // One part that waits for its end, one to fill and room for a block across them: less could never move on.
  const uint64_t ring_bytes = options.parts_in_memory * options.part_bytes + options.header.size() + kPage;
  SEABED_TRY(RingMemory ring, RingMemory::create(ring_bytes));
  return std::unique_ptr<PartStream>(new PartStream(std::move(options), std::move(ring), cancel));
}

PartStream::PartStream(PartStreamOptions options, RingMemory ring, const CancelToken* cancel)
    : options_(std::move(options)), ring_(std::move(ring)), cancel_(cancel), file_(options_.first_file) {}

bool PartStream::fits(uint64_t length) const {
  const uint64_t oldest = parts_.empty() ? position_ : parts_.front().begin;
  return position_ + length + options_.header.size() + kPage - oldest <= ring_.size();
}

Result<StreamSlot> PartStream::reserve(uint64_t length) {
  if (length > options_.part_bytes) return fail(Code::kInternal, "copy buffers", "a block is longer than a part");
  std::unique_lock lock(mutex_);
  while (!stopped_ && !fits(length)) {
    room_.wait_for(lock, std::chrono::milliseconds(50));   // also looks at the token, which nobody notifies
    if (cancel_ != nullptr && cancel_->cancelled()) stopped_ = true;
  }
  if (stopped_) return fail(Code::kCancelled, "copy", "was stopped");
  if (file_length_ > options_.header.size() && file_length_ + length > options_.file_bytes) close_file();
  if (file_length_ == 0) open_file();
  const StreamSlot slot{ring_.at(position_), position_, length, file_, file_length_};
  advance(length, false);
  part_.notify_one();   // a full part is known to be one only now
  return slot;
}

void PartStream::open_part() {
  parts_.push_back({.id = next_id_++, .begin = position_, .file = file_, .number = next_number_++});
}

void PartStream::open_file() {
  next_number_ = 1;
  // A file begins on a page of the memory, as it does on the medium: its parts can be written without the page cache.
  position_ = (position_ + kPage - 1) / kPage * kPage;
  open_part();
  std::memcpy(ring_.at(position_), options_.header.data(), options_.header.size());
  advance(options_.header.size(), true);
}

void PartStream::close_file() {
  parts_.back().closed = parts_.back().last = true;
  ++file_;
  file_length_ = 0;
}

void PartStream::advance(uint64_t length, bool committed) {
  file_length_ += length;
  bytes_out_ += length;
  while (length > 0) {
    // A full part stays open until the next byte comes: only then it is known not to be the last one.
    if (parts_.back().length == options_.part_bytes) {
      parts_.back().closed = true;
      open_part();
    }
    Part& part = parts_.back();
    const uint64_t n = std::min(length, options_.part_bytes - part.length);
    part.length += n;
    if (committed) part.committed += n;
    position_ += n;
    length -= n;
  }
}

void PartStream::commit(const StreamSlot& slot) {
  std::lock_guard lock(mutex_);
  const uint64_t end = slot.position + slot.length;
  for (Part& part : parts_) {
    const uint64_t from = std::max(slot.position, part.begin), to = std::min(end, part.begin + part.length);
    if (from < to) part.committed += to - from;
  }
  part_.notify_one();
}

const PartStream::Part* PartStream::next_ready() const {
  for (const Part& part : parts_)
    if (!part.claimed) return part.closed && part.committed == part.length ? &part : nullptr;
  return nullptr;
}

bool PartStream::ready() const {
  std::lock_guard lock(mutex_);
  return next_ready() != nullptr;
}

bool PartStream::wait_ready() {
  std::unique_lock lock(mutex_);
  while (!stopped_ && !finished_ && next_ready() == nullptr) {
    part_.wait_for(lock, std::chrono::milliseconds(50));
    if (cancel_ != nullptr && cancel_->cancelled()) return false;
  }
  return !stopped_ && next_ready() != nullptr;
}

std::optional<StreamPart> PartStream::claim() {
  std::lock_guard lock(mutex_);
  auto* part = const_cast<Part*>(next_ready());
  if (part == nullptr) return std::nullopt;
  part->claimed = true;
  return StreamPart{part->file, part->number, {ring_.at(part->begin), part->length}, part->last, part->id};
}

void PartStream::release(const StreamPart& done) {
  std::lock_guard lock(mutex_);
  for (Part& part : parts_)
    if (part.id == done.id) part.released = true;
  while (!parts_.empty() && parts_.front().released) parts_.pop_front();
  room_.notify_all();
}

void PartStream::finish() {
  std::lock_guard lock(mutex_);
  if (file_length_ > 0) close_file();
  finished_ = true;
  part_.notify_all();
}

void PartStream::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  part_.notify_all();
}

uint64_t PartStream::bytes_out() const {
  std::lock_guard lock(mutex_);
  return bytes_out_;
}

uint32_t PartStream::files() const {
  std::lock_guard lock(mutex_);
  return file_;
}

}  // namespace seabed
