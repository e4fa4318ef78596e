// A medium that cannot be reached, hangs, hangs up, or is busy. The checker plays it: check.fault_uri in FILE
// is a destination of this driver with {port} where a port of 127.0.0.1 belongs; check.fault_http = true for
// HTTP media.

#include <chrono>

#include "fault_server.h"
#include "world.h"

namespace seabed::check {

namespace {
constexpr uint64_t kSecond = 1'000'000'000;

Destination fault_destination(World& world, unsigned port) {
  const auto& checks = world.options().checks;
  const auto uri = checks.find("fault_uri");
  if (uri == checks.end()) throw Skip("check.fault_uri is not given");
  std::string text = uri->second;
  const size_t at = text.find("{port}");
  expect(at != text.npos, "check.fault_uri has no {port}");
  text.replace(at, 6, std::to_string(port));
  Destination out = parse_destination(text);
  for (const auto& [key, value] : world.options().destination.params) out.params.emplace(key, value);
  return out;
}

using Operation = std::function<Answer(Store&, const Call&)>;
Answer stat_k(Store& store, const Call& call) { return store.stat("k", nullptr, call); }
Answer read_k(Store& store, const Call& call) {
  std::string bytes;
  return store.read("k", 0, 10, &bytes, call);
}
Answer put_k(Store& store, const Call& call) { return store.put("k", "some bytes", 0, call); }
Answer list_k(Store& store, const Call& call) {
  Page page;
  return store.list("", "", 10, &page, call);
}

Answer append_k(Store& store, const Call& call) { return store.append("k", 0, "some bytes", nullptr, call); }
Answer begin_k(Store& store, const Call& call) {
  std::string id;
  return store.begin("k", &id, 0, call);
}

struct Attempt {
  Answer answer;
  uint64_t took_ns = 0;
};

/// One operation on a store of its own.
Attempt attempt(World& world, unsigned port, const Operation& operation, Call call, uint64_t deadline_ns) {
  Store store(world.table(), fault_destination(world, port), &world.violations());
  Attempt out;
  const uint64_t begin = monotonic_ns();
  call.deadline_ns = begin + deadline_ns;
  out.answer = operation(store, call);
  out.took_ns = monotonic_ns() - begin;
  return out;
}

void expect_may_try_again(const Answer& answer, const std::string& what) {
  expect(!answer.ok(), what + " succeeded");
  expect(answer.error.retry != SEABED_RETRY_PERMANENT, what + " is told as permanent: " + answer.text());
}

/// What every driver has, and of the rest what is claimed.
std::vector<std::pair<std::string, Operation>> operations(World& world) {
  std::vector<std::pair<std::string, Operation>> out = {
      {"stat", stat_k}, {"read_at", read_k}, {"put", put_k}, {"list", list_k}};
  if (world.can(SEABED_CAP_APPEND)) out.emplace_back("append", append_k);
  if (world.can(SEABED_CAP_UPLOAD)) out.emplace_back("upload_begin", begin_k);
  return out;
}
}  // namespace

CHECK_TEST("fault.refused_connection_is_transient", 0) {
  const unsigned port = closed_port();
  for (const auto& [name, operation] : operations(world)) {
    const Attempt one = attempt(world, port, operation, {}, 20 * kSecond);
    expect_may_try_again(one.answer, name + " where nobody listens");
    expect(one.took_ns < 15 * kSecond, name + " where nobody listens waited for its deadline");
  }
}

CHECK_TEST("fault.no_retry_inside", 0) {
  for (const auto& [name, operation] : operations(world)) {
    FaultServer server(FaultServer::kHangUp);
    const Attempt one = attempt(world, server.port(), operation, {}, 20 * kSecond);
    expect_may_try_again(one.answer, name + " on a connection that was closed");
    expect(server.connections() <= 1, name + " was tried " + std::to_string(server.connections()) +
                                          " times inside the driver; the host alone retries");
  }
}

CHECK_TEST("fault.write_of_unknown_outcome", 0) {
  FaultServer server(FaultServer::kHang);
  const Attempt one = attempt(world, server.port(), put_k, {}, 3 * kSecond / 2);
  expect_code(one.answer, SEABED_TIMEOUT, "put to a server that hangs");
  expect(one.answer.error.retry == SEABED_RETRY_OUTCOME_UNKNOWN,
         "put to a server that took the connection and hangs may have been done; it answered " +
             one.answer.text());
}

CHECK_TEST("fault.deadline_is_kept_when_the_server_hangs", 0) {
  for (const auto& [name, operation] : operations(world)) {
    FaultServer server(FaultServer::kHang);
    const Attempt one = attempt(world, server.port(), operation, {}, kSecond);
    expect_code(one.answer, SEABED_TIMEOUT, name + " to a server that hangs");
    expect(one.took_ns < 4 * kSecond,
           name + " ended " + std::to_string((one.took_ns - kSecond) / 1000000) + " ms behind its deadline");
  }
}

CHECK_TEST("fault.cancel_is_heard_when_the_server_hangs", 0) {
  for (const auto& [name, operation] : operations(world)) {
    FaultServer server(FaultServer::kHang);
    const uint64_t begin = monotonic_ns();
    const Call call{.cancelled = [begin] { return monotonic_ns() > begin + kSecond / 2; }};
    const Attempt one = attempt(world, server.port(), operation, call, 30 * kSecond);
    expect_code(one.answer, SEABED_CANCELLED, name + ", cancelled, to a server that hangs");
    expect(one.took_ns < 4 * kSecond, name + " did not hear its cancel within a second");
  }
}

CHECK_TEST("fault.busy_server_is_throttling", 0) {
  const auto http = world.options().checks.find("fault_http");
  if (http == world.options().checks.end() || http->second != "true")
    throw Skip("check.fault_http is not true");
  for (const auto& [name, operation] : operations(world)) {
    FaultServer server(FaultServer::kBusy);
    const Attempt one = attempt(world, server.port(), operation, {}, 20 * kSecond);
    expect_may_try_again(one.answer, name + " answered with 503");
    expect_equal(static_cast<uint64_t>(one.answer.error.http_status), 503, "the told HTTP status");
    expect(server.connections() <= 1, name + " was tried again inside the driver");
    expect(one.answer.error.retry != SEABED_RETRY_THROTTLED || one.answer.error.retry_after_ms == 7000,
           "Retry-After: 7 was told as " + std::to_string(one.answer.error.retry_after_ms) + " ms");
  }
}

}  // namespace seabed::check
