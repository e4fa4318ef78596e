// From the buffer to the medium, in the order that keeps the promises: groups, holes, lease check, then publish.

#include <spdlog/fmt/fmt.h>

#include "core/base/spare_memory.h"
#include "core/engine/archive/stream_archiver.h"

namespace seabed::archive {

IoContext StreamArchiver::io() const {
  IoContext ctx;
  ctx.deadline = after(finishing_ ? std::min<std::chrono::milliseconds>(env_.terms.request_deadline, std::chrono::seconds(10))
                                  : env_.terms.request_deadline);
  ctx.cancel = &io_cancel_;
  return ctx;
}

Status StreamArchiver::ship() {
  while (!buffer_.empty()) SEABED_CHECK(ship_batch());
  if (mark_) SEABED_CHECK(enter(std::max(piece_id_, env_.plan.piece_of(mark_->clock_before))));
  SEABED_CHECK(keep_holes());
  // Held now means held while all of it was written.
  if (lease_->state() == StreamLease::State::kExpired) return ok();  // the loop claims a new epoch and looks
  SEABED_CHECK(lease_->check());
  last_ship_ = env_.clock->read().now;
  shipped_at_ = std::chrono::steady_clock::now();
  publish();
  return ok();
}

// One append: groups of one piece, up to the file's nominal size.
Status StreamArchiver::ship_batch() {
  const uint64_t piece = buffer_.front().piece_id;
  SEABED_CHECK(enter(piece));
  if (writer_->needs_file()) SEABED_CHECK(open_file(piece));
  std::vector<EncodedGroup> batch;
  uint64_t bytes = 0;
  while (!buffer_.empty() && buffer_.front().piece_id == piece &&
         (batch.empty() || writer_->current().length + bytes < env_.file_size)) {
    bytes += buffer_.front().group.size();
    batch.push_back(std::move(buffer_.front().group));
    buffer_.pop_front();
  }
  if (const auto appended = writer_->append(batch, io()); !appended) {
    for (auto it = batch.rbegin(); it != batch.rend(); ++it) buffer_.push_front({std::move(*it), piece});
    if (appended.error().code == Code::kConflict && writer_->needs_file()) return ok();  // again, into the next file
    const Code code = appended.error().code;
    medium_lost_ = code == Code::kCorruption || code == Code::kNotFound;   // shorter than confirmed, or not there at all
    return appended;
  }
  buffered_bytes_ -= bytes;
  durable_bytes_ += bytes;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto& group = batch[i];
    max_scn_ = std::max(max_scn_, group.meta.scn_hi);
    if (carries_log(group.meta.type)) {
      end_ = group.meta.end;
      stamp_ = {piece, writer_->offsets()[i], writer_->current().file_id, group.meta};
    }
  }
  changed(writer_->current());
  for (auto& group : batch) spare_memory::give(std::move(group.payload));
  return ok();
}

// Every piece in between is entered too, with a file that holds its header only: the chain names each.
Status StreamArchiver::enter(uint64_t piece_id) {
  while (writer_->piece_id() < piece_id) {
    const uint64_t next = writer_->piece_id() + 1;
    SEABED_CHECK(open_file(next));
  }
  piece_id_ = std::max(piece_id_, piece_id);
  return ok();
}

Status StreamArchiver::open_file(uint64_t piece_id) {
  const bool first = writer_->piece_id() != piece_id || writer_->current().file_id == 0;
  if (first && env_.entered) SEABED_CHECK(env_.entered(piece_id));
  const auto opened = writer_->open_file(piece_id, incarnation_, end_.empty() ? begin_ : end_, env_.clock->read().now, io());
  if (opened) changed(writer_->current());
  else medium_lost_ = opened.error().code == Code::kGap;   // told when the file before is sealed
  return opened;
}

void StreamArchiver::changed(const LogFile& file) {
  const bool same = !changed_.empty() && changed_.back().piece_id == file.piece_id &&
                    changed_.back().file_id == file.file_id;
  if (same) changed_.back() = file;
  else changed_.push_back(file);
}

Status StreamArchiver::keep_holes() {
  while (!holes_.empty()) {
    const auto& h = holes_.front();
    // Every piece that holds targets behind the hole's begin tells it, so that no reader of one piece misses it.
    uint64_t oldest = env_.first_open_piece;
    {
      std::lock_guard lock(mutex_);
      oldest = std::max(oldest, frozen_below_);
    }
    const uint64_t from = std::max(oldest, env_.plan.piece_of(h.hole.scn_lo));
    for (uint64_t piece = std::min(from, h.piece_id); piece <= h.piece_id; ++piece)
      SEABED_CHECK(env_.keep_hole(h.hole, h.scn_hi, piece));
    holes_.erase(holes_.begin());
    ++hole_count_;
  }
  return ok();
}

void StreamArchiver::publish() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(rebuild_, false)) parts_.clear(), progress_.parts.clear();
    for (const auto& file : changed_) {
      parts_[file.piece_id].update(file);
      progress_.parts[file.piece_id] = parts_[file.piece_id].summary();
    }
    changed_.clear();
    std::erase_if(parts_, [&](const auto& part) { return part.first < frozen_below_; });
    std::erase_if(progress_.parts, [&](const auto& part) { return part.first < frozen_below_; });
    progress_.epoch = lease_->epoch();
    progress_.incarnation = incarnation_;
    if (mark_) progress_.checkpoint = std::max(progress_.checkpoint, mark_->clock_before);
    progress_.max_scn = max_scn_;
    progress_.end = end_;
    progress_.resume = source_.resume_state();
    progress_.resume_lsn = end_;
    progress_.piece_id = writer_->piece_id();
    progress_.durable_bytes = durable_bytes_;
    progress_.pending_bytes = buffered_bytes_;
    progress_.holes = hole_count_;
    progress_.stamp = stamp_;
    progress_.position = end_.empty() ? std::string() : source_.display(end_);
    resolve_waiters();
  }
  env_.published();
}

}  // namespace seabed::archive
