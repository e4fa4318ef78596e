#include "store.h"

#include <time.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "store_detail.h"

namespace seabed::check {

uint64_t monotonic_ns() {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec);
}

const char* code_word(int32_t code) {
  static const char* const kWords[] = {
      "OK",          "INVALID_ARGUMENT", "NOT_FOUND",  "ALREADY_EXISTS", "PERMISSION_DENIED",
      "UNSUPPORTED", "CONFLICT",         "CORRUPTION", "NO_SPACE",       "UNAVAILABLE",
      "TIMEOUT",     "CANCELLED",        "IO",         "INTERNAL"};
  return code >= 0 && code <= SEABED_INTERNAL ? kWords[code] : "a code that is not in the set";
}

std::string Answer::text() const {
  static const char* const kRetry[] = {"permanent", "transient", "throttled", "outcome unknown"};
  if (ok()) return "OK";
  const bool known = error.retry >= 0 && error.retry <= SEABED_RETRY_OUTCOME_UNKNOWN;
  return std::string(code_word(code)) + ", " +
         (known ? kRetry[error.retry] : "a retry class that is not in the set") + ": " +
         std::string(error.message, strnlen(error.message, sizeof error.message));
}

void Violations::add(const std::string& text) {
  std::lock_guard lock(mutex_);
  if (texts_.size() < 20) texts_.push_back(text);
}
std::vector<std::string> Violations::all() const {
  std::lock_guard lock(mutex_);
  return texts_;
}

bool secret_key(const seabed_driver_v1* table, const std::string& key) {
  for (const seabed_key* const* known = table->keys; *known != nullptr; ++known)
    if (key == (*known)->name) return ((*known)->flags & SEABED_KEY_SECRET) != 0;
  return false;
}

namespace {

/// The error with guarded room behind it.
struct GuardedError {
  seabed_error error{};
  unsigned char guard[64];
  GuardedError() {
    error.struct_size = sizeof error;
    std::memset(guard, kCanary, sizeof guard);
  }
  bool overrun() const {
    return std::any_of(std::begin(guard), std::end(guard), [](unsigned char c) { return c != kCanary; });
  }
};

int poll_cancel(void* data) { return (*static_cast<const std::function<bool()>*>(data))() ? 1 : 0; }

template <size_t N>
bool terminated(const char (&text)[N]) {
  return std::memchr(text, 0, N) != nullptr;
}
}  // namespace

Answer Store::run(const char* what, const Call& call,
                  const std::function<int32_t(const seabed_context*, seabed_error*)>& body) {
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = call.deadline_ns != 0 ? call.deadline_ns : monotonic_ns() + 60'000'000'000u;
  if (call.cancelled) {
    context.cancelled = poll_cancel;
    context.cancel_data = const_cast<std::function<bool()>*>(&call.cancelled);
  }
  GuardedError guarded;
  Answer answer;
  try {
    answer.code = body(&context, &guarded.error);
  } catch (...) {
    violated(what, "let an exception cross the ABI");
    answer.code = guarded.error.code = SEABED_INTERNAL;
    std::strcpy(guarded.error.message, "threw");
  }
  answer.error = guarded.error;
  if (guarded.overrun()) violated(what, "wrote behind the error struct");
  if (answer.code < 0 || answer.code > SEABED_INTERNAL)
    violated(what, "answered " + std::to_string(answer.code) + ", which is no code of the set");
  if (answer.ok()) return answer;
  const seabed_error& error = answer.error;
  if (error.struct_size != sizeof error) violated(what, "changed the error's struct_size");
  if (error.code != answer.code) violated(what, "returned one code and wrote another into the error");
  if (error.retry < 0 || error.retry > SEABED_RETRY_OUTCOME_UNKNOWN)
    violated(what, "wrote a retry class that is not in the set");
  if (!terminated(error.message) || !terminated(error.vendor_code) || !terminated(error.request_id))
    violated(what, "wrote text without its NUL");
  else if (error.message[0] == 0)
    violated(what, std::string("failed with ") + code_word(answer.code) + " and no message");
  const std::string_view all(reinterpret_cast<const char*>(&error), sizeof error);
  for (const std::string& secret : secrets_)
    if (secret.size() >= 6 && all.find(secret) != all.npos) {
      violated(what, "wrote a secret into the error");
      std::strcpy(answer.error.message, "(a message with a secret in it)");
      break;
    }
  return answer;
}

void Store::violated(const char* what, const std::string& text) {
  violations_->add(std::string(what) + " " + text);
}

std::vector<seabed_pair> Store::pairs_of(const seabed_driver_v1* table, const Destination& destination) {
  std::vector<seabed_pair> pairs;
  for (const auto& [key, value] : destination.params) {
    const uint32_t flags = secret_key(table, key) ? SEABED_KEY_SECRET : 0;
    pairs.push_back({key.c_str(), value.c_str(), flags, 0});
  }
  return pairs;
}

Answer Store::open(const seabed_driver_v1* table, const Destination& destination, seabed_store** out,
                   Violations* violations) {
  const auto pairs = pairs_of(table, destination);
  seabed_open_args args{sizeof args, static_cast<uint32_t>(pairs.size()), destination.scheme.c_str(),
                        destination.location.c_str(), pairs.data()};
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = monotonic_ns() + 60'000'000'000u;
  GuardedError guarded;
  Answer answer;
  answer.code = table->open(&args, &context, out, &guarded.error);
  answer.error = guarded.error;
  if (guarded.overrun()) violations->add("open wrote behind the error struct");
  if (answer.ok() && *out == nullptr) violations->add("open succeeded without a store");
  return answer;
}

Store::Store(const seabed_driver_v1* table, const Destination& destination, Violations* violations)
    : table_(table), violations_(violations) {
  for (const auto& [key, value] : destination.params)
    if (secret_key(table, key)) secrets_.push_back(value);
  const Answer answer = open(table, destination, &store_, violations);
  if (!answer.ok()) throw std::runtime_error("the destination cannot be opened: " + answer.text());
}

Store::~Store() { table_->close(store_); }

seabed_capabilities Store::capabilities() const {
  seabed_capabilities out{};
  out.struct_size = sizeof out;
  table_->capabilities(store_, &out);
  return out;
}

}  // namespace seabed::check
