#include "world.h"

#include <unistd.h>

#include <algorithm>

namespace seabed::check {

namespace {
std::string shown(const std::string& text) {
  return text.size() <= 60 ? "'" + text + "'"
                           : "'" + text.substr(0, 40) + "…' (" + std::to_string(text.size()) + " bytes)";
}

std::string run_prefix(const Options& options) { return "seabed-driver-check/" + options.run_id + "/"; }

void remove_below(Store& store, const std::string& prefix, uint32_t batch) {
  for (int round = 0; round < 100; ++round) {
    Page page;
    if (!store.list(prefix, "", 1000, &page).ok() || page.entries.empty()) return;
    for (size_t i = 0; i < page.entries.size(); i += batch) {
      std::vector<std::string> keys;
      for (size_t j = i; j < std::min<size_t>(i + batch, page.entries.size()); ++j)
        keys.push_back(page.entries[j].first);
      if (!store.remove(keys).ok()) return;
    }
  }
}

void abort_below(Store& store, const std::string& prefix) {
  std::string token;
  do {
    Page page;
    if (!store.list_uploads(prefix, token, 1000, &page).ok()) return;
    for (size_t i = 0; i < page.ids.size(); ++i) store.abort(page.entries[i].first, page.ids[i]);
    token = page.next;
  } while (!token.empty());
}
}  // namespace

World::World(const Options& options, const std::string& test)
    : options_(options), prefix_(run_prefix(options) + test + "/") {}

const seabed_driver_v1* World::table(const seabed_host* host) {
  if (table_ == nullptr) table_ = load_driver(options_.driver, host);
  return table_;
}

Store& World::store() {
  std::call_once(opened_, [this] { store_ = open_another(); });
  return *store_;
}

const seabed_capabilities& World::capabilities() {
  std::call_once(asked_, [this] { capabilities_ = store().capabilities(); });
  return capabilities_;
}

std::unique_ptr<Store> World::open_another() {
  return std::make_unique<Store>(table(), options_.destination, &violations_);
}

void World::put(const std::string& key, std::string_view bytes, uint32_t flags) {
  expect_ok(store().put(key, bytes, flags), "put " + shown(key));
}

std::string World::get(const std::string& key) {
  std::string out, piece;
  do {
    expect_ok(store().read(key, out.size(), 4 << 20, &piece), "read_at " + shown(key));
    out += piece;
  } while (piece.size() == (4 << 20));
  return out;
}

std::string World::begin(const std::string& key, uint64_t part_bytes) {
  std::string id;
  expect_ok(store().begin(key, &id, part_bytes), "upload_begin " + shown(key));
  return id;
}

seabed_part World::part(const std::string& key, const std::string& id, uint32_t number,
                        std::string_view bytes) {
  seabed_part out{};
  expect_ok(store().part(key, id, number, bytes, &out), "upload_part " + std::to_string(number));
  return out;
}

void World::complete(const std::string& key, const std::string& id, const std::vector<seabed_part>& parts) {
  expect_ok(store().complete(key, id, parts), "upload_complete " + shown(key));
}

uint64_t World::append(const std::string& key, uint64_t position, std::string_view bytes) {
  uint64_t length = 0;
  expect_ok(store().append(key, position, bytes, &length), "append at " + std::to_string(position));
  return length;
}

std::vector<std::string> World::keys(const std::string& below, uint32_t page_size) {
  std::vector<std::string> out;
  std::string token;
  do {
    Page page;
    expect_ok(store().list(prefix_ + below, token, page_size, &page), "list");
    for (const auto& [key, size] : page.entries) {
      expect(key.rfind(prefix_ + below, 0) == 0, "list gave a key outside its prefix: " + shown(key));
      out.push_back(key.substr(prefix_.size()));
    }
    expect(page.next.empty() || page.next != token, "list gave the token again that it was given");
    expect(out.size() < 1'000'000, "the list does not end");
    token = page.next;
  } while (!token.empty());
  return out;
}

void World::clean(bool everything) {
  if (store_ == nullptr && !everything) return;
  const std::string prefix = everything ? run_prefix(options_) : prefix_;
  if (can(SEABED_CAP_LIST_UPLOADS)) abort_below(store(), prefix);
  remove_below(store(), prefix, std::max<uint32_t>(capabilities().max_delete_batch, 1));
}

void expect(bool good, const std::string& otherwise) {
  if (!good) throw Failure(otherwise);
}
void expect_ok(const Answer& answer, const std::string& what) {
  if (!answer.ok()) throw Failure(what + " failed: " + answer.text());
}
void expect_code(const Answer& answer, int32_t code, const std::string& what) {
  if (answer.code != code)
    throw Failure(what + ": answered " + answer.text() + "; " + code_word(code) + " was expected");
}
void expect_equal(const std::string& found, const std::string& wanted, const std::string& what) {
  if (found != wanted) throw Failure(what + ": found " + shown(found) + ", wanted " + shown(wanted));
}
void expect_equal(uint64_t found, uint64_t wanted, const std::string& what) {
  if (found != wanted)
    throw Failure(what + ": found " + std::to_string(found) + ", wanted " + std::to_string(wanted));
}
void expect_equal(const std::vector<std::string>& found, const std::vector<std::string>& wanted,
                  const std::string& what) {
  const auto at = std::mismatch(found.begin(), found.end(), wanted.begin(), wanted.end());
  if (at.first == found.end() && at.second == wanted.end()) return;
  throw Failure(what + ": " + std::to_string(found.size()) + " keys, wanted " +
                std::to_string(wanted.size()) + "; the first difference is " +
                (at.first == found.end() ? "the end" : shown(*at.first)) + " where " +
                (at.second == wanted.end() ? "the end" : shown(*at.second)) + " was expected");
}

void together(int n, const std::function<void(int)>& body) {
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      for (++ready; ready < n;) std::this_thread::yield();
      body(i);
    });
  for (auto& thread : threads) thread.join();
}

std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

}  // namespace seabed::check
