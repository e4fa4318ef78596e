#include "transfer.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace seabed_nfs {

namespace {
constexpr size_t kReads = 4, kWrites = 1;  // requests under way
constexpr const char* kServerRestarted = "the NFS server restarted meanwhile and may have lost written bytes";

struct Range {
  uint64_t offset = 0;
  size_t size = 0;
};

/// What is still to be asked for: the rest of the whole, and what came back short.
class Todo {
 public:
  Todo(uint64_t size, size_t step) : end_(size), step_(step) {}
  bool take(Range* out) {
    if (!again_.empty()) {
      *out = again_.back();
      again_.pop_back();
      return true;
    }
    if (next_ >= end_) return false;
    *out = {next_, static_cast<size_t>(std::min<uint64_t>(step_, end_ - next_))};
    next_ += out->size;
    return true;
  }
  void again(Range range) { again_.push_back(range); }
  void stop() {
    again_.clear();
    end_ = next_;
  }

 private:
  uint64_t next_ = 0, end_;
  size_t step_;
  std::vector<Range> again_;
};

template <class Transfer>
struct Flight {
  Transfer* transfer = nullptr;
  Range range;
  std::vector<char> gathered;
  bool busy = false;
};

/// Keeps the window full until all is done; the derived class starts a request and takes its answer.
template <class Derived, class Result>
class Pipeline {
 public:
  Pipeline(Call& call, uint64_t size, size_t step, size_t window)
      : call_(call), todo_(size, step), flights_(window) {
    for (auto& flight : flights_) flight.transfer = static_cast<Derived*>(this);
  }

  Status run() {
    Rpc& rpc = call_.connection.rpc();
    while (true) {
      if (!rpc.alive()) return kLost;
      for (auto& flight : flights_)
        if (!flight.busy && !failed() && todo_.take(&flight.range) && !start(flight)) return kLost;
      if (busy_ == 0) break;
      const size_t before = busy_;
      call_.code = rpc.wait([&] { return busy_ < before; }, call_.context, call_.error);
      if (call_.code != SEABED_OK) return kLost;
      if (status_ == kLost) {
        call_.code = rpc.lost(call_.error);
        return kLost;
      }
    }
    if (status_ == NFS3ERR_STALE || status_ == NFS3ERR_BADHANDLE) call_.stale = true;
    return status_;
  }

 protected:
  using FlightOf = Flight<Derived>;
  bool failed() const { return status_ != NFS3_OK; }

  static void answered(rpc_context*, int rpc_status, void* data, void* to) {
    auto& flight = *static_cast<FlightOf*>(to);
    auto& self = static_cast<Pipeline&>(*flight.transfer);
    flight.busy = false;
    --self.busy_;
    if (rpc_status != RPC_STATUS_SUCCESS) {
      self.status_ = kLost;
      return;
    }
    const auto& result = *static_cast<const Result*>(data);
    if (result.status == NFS3_OK)
      flight.transfer->take(flight, result);
    else if (self.status_ == NFS3_OK)
      self.status_ = result.status;
  }

  Call& call_;
  Todo todo_;
  Status status_ = NFS3_OK;

 private:
  bool start(FlightOf& flight) {
    flight.busy = true;
    ++busy_;
    if (flight.transfer->send(flight, answered)) return true;
    flight.busy = false;
    --busy_;
    call_.code = call_.connection.rpc().lost(call_.error);
    return false;
  }
  std::vector<FlightOf> flights_;
  size_t busy_ = 0;
};

class Writing : public Pipeline<Writing, WRITE3res> {
 public:
  Writing(Call& call, const Handle& file, uint64_t offset, Buffers bytes, bool durably, Written* out)
      : Pipeline(call, total_size(bytes), call.connection.write_size(), kWrites),
        file_(file),
        offset_(offset),
        bytes_(bytes),
        durably_(durably),
        out_(out) {}

  bool send(Flight<Writing>& flight, rpc_cb answered) {
    WRITE3args args{};
    args.file = file_.raw();
    args.offset = offset_ + flight.range.offset;
    args.count = static_cast<count3>(flight.range.size);
    args.stable = durably_ ? FILE_SYNC : UNSTABLE;
    args.data.data_len = args.count;
    args.data.data_val = gather(flight);
    return rpc_nfs3_write_async(call_.connection.rpc().raw(), answered, &args, &flight) == 0;
  }

  void take(Flight<Writing>& flight, const WRITE3res& result) {
    const auto& done = result.WRITE3res_u.resok;
    const std::string verifier(done.verf, sizeof done.verf);
    if (out_->verifier.empty()) out_->verifier = verifier;
    if (out_->verifier != verifier) restarted_ = true;
    if (done.committed != FILE_SYNC) out_->durable = false;
    const Range& asked = flight.range;
    if (done.count == 0 || done.count > asked.size)
      status_ = NFS3ERR_IO;
    else if (done.count < asked.size)
      todo_.again({asked.offset + done.count, asked.size - done.count});
  }

  bool restarted() const { return restarted_; }

 private:
  /// The range in one piece: in place when it lies in one buffer.
  char* gather(Flight<Writing>& flight) {
    uint64_t skip = flight.range.offset;
    size_t i = 0;
    while (skip >= bytes_[i].size) skip -= bytes_[i++].size;
    const char* data = static_cast<const char*>(bytes_[i].data) + skip;
    if (bytes_[i].size - skip >= flight.range.size) return const_cast<char*>(data);
    flight.gathered.resize(flight.range.size);
    for (size_t done = 0; done < flight.range.size; ++i, skip = 0) {
      const size_t n = std::min<size_t>(bytes_[i].size - skip, flight.range.size - done);
      if (n > 0)
        std::memcpy(flight.gathered.data() + done, static_cast<const char*>(bytes_[i].data) + skip, n);
      done += n;
    }
    return flight.gathered.data();
  }

  const Handle& file_;
  const uint64_t offset_;
  const Buffers bytes_;
  const bool durably_;
  Written* out_;
  bool restarted_ = false;
};

class Reading : public Pipeline<Reading, READ3res> {
 public:
  Reading(Call& call, const Handle& file, uint64_t offset, char* to, size_t size)
      : Pipeline(call, size, call.connection.read_size(), kReads),
        file_(file),
        offset_(offset),
        to_(to),
        end_(size) {}

  bool send(Flight<Reading>& flight, rpc_cb answered) {
    READ3args args{file_.raw(), offset_ + flight.range.offset, static_cast<count3>(flight.range.size)};
    return rpc_nfs3_read_async(call_.connection.rpc().raw(), answered, &args, &flight) == 0;
  }

  void take(Flight<Reading>& flight, const READ3res& result) {
    const auto& done = result.READ3res_u.resok;
    const Range& asked = flight.range;
    const size_t got = std::min<size_t>(done.data.data_len, done.count);
    if (got > asked.size || (got == 0 && done.eof == 0)) {
      status_ = NFS3ERR_IO;
      return;
    }
    if (got > 0) std::memcpy(to_ + asked.offset, done.data.data_val, got);
    if (got == asked.size) return;
    if (done.eof == 0) {
      todo_.again({asked.offset + got, asked.size - got});
      return;
    }
    end_ = std::min(end_, static_cast<size_t>(asked.offset + got));
    todo_.stop();
  }

  size_t end() const { return end_; }

 private:
  const Handle& file_;
  const uint64_t offset_;
  char* to_;
  size_t end_;
};
}  // namespace

uint64_t total_size(Buffers buffers) {
  uint64_t total = 0;
  for (const auto& b : buffers) total += b.size;
  return total;
}

int32_t write_at(Call& call, const Handle& file, uint64_t offset, Buffers bytes, bool durably, Written* out) {
  if (total_size(bytes) == 0) return SEABED_OK;
  Writing writing(call, file, offset, bytes, durably, out);
  if (const Status status = writing.run(); status != NFS3_OK)
    return fail_write(call, status, "cannot be written", file, total_size(bytes));
  if (writing.restarted() && !out->durable)
    return call.error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s", kServerRestarted);
  return SEABED_OK;
}

int32_t settle(Call& call, const Handle& file, const Written& written) {
  if (written.durable) return SEABED_OK;
  std::string verifier;
  if (const Status status = commit(call, file, &verifier); status != NFS3_OK)
    return fail_write(call, status, "cannot be made durable", file, 0);
  if (verifier == written.verifier) return SEABED_OK;
  return call.error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s", kServerRestarted);
}

int32_t read_at(Call& call, const Handle& file, uint64_t offset, void* buffer, size_t size, size_t* out) {
  *out = 0;
  if (size == 0) return SEABED_OK;
  Reading reading(call, file, offset, static_cast<char*>(buffer), size);
  if (const Status status = reading.run(); status != NFS3_OK)
    return fail_status(call, status, "cannot be read");
  *out = reading.end();
  return SEABED_OK;
}

}  // namespace seabed_nfs
