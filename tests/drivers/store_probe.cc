// A destination through the host's whole stack (retries, looking at unknown outcomes, throttle), driven by
// lines of JSON on standard input; one line of JSON out for each. For tests in Python.
//   store_probe DRIVERS_DIRECTORY URI [max_attempts]
//   {"op":"put","key":k,"file":path,"absent":true}  {"op":"upload","key":k,"file":path,"part":bytes}
//   {"op":"read","key":k,"file":path}  {"op":"remove","keys":[…]}  {"op":"list","prefix":p,"page":n}
//   {"op":"stat","key":k}
//   {"op":"append","key":k,"file":path,"position":n}
// Each may have "deadline_ms" and "cancel_ms".
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/storage/destination.h"

namespace {
using nlohmann::json;
using seabed::fail;
using seabed::IoContext;
using seabed::ObjectStore;
using seabed::Result;

std::string slurp(const json& request) {
  std::ifstream file(request.at("file").get<std::string>(), std::ios::binary);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

json status_of(const seabed::Status& status) {
  if (status) return {{"ok", true}};
  return {
      {"ok", false}, {"code", seabed::code_name(status.error().code)}, {"message", status.error().message()}};
}

seabed::Status upload(ObjectStore& store, const json& request, const IoContext& ctx) {
  const std::string key = request.at("key"), bytes = slurp(request);
  const size_t part_bytes = request.at("part");
  SEABED_TRY(const std::string id, store.begin_upload(key, ctx));
  std::vector<seabed::PartInfo> parts;
  for (size_t at = 0; at < bytes.size(); at += part_bytes) {
    const std::string_view piece = std::string_view(bytes).substr(at, part_bytes);
    SEABED_TRY(auto part,
               store.upload_part(key, id, static_cast<uint32_t>(parts.size() + 1), {&piece, 1}, ctx));
    parts.push_back(std::move(part));
  }
  const auto done = store.complete_upload(key, id, parts, ctx);
  if (done || done.error().code != seabed::Code::kOutcomeUnknown) return done;
  const auto there = seabed::read_object(store, key, 1u << 30, ctx);   // as who writes a backup settles it
  return there && *there == bytes ? seabed::ok() : done;
}

json read(ObjectStore& store, const json& request, const IoContext& ctx) {
  const auto bytes = seabed::read_object(store, request.at("key"), 1u << 30, ctx);
  if (!bytes) return status_of(fail(bytes.error()));
  std::ofstream(request.at("file").get<std::string>(), std::ios::binary) << *bytes;
  return {{"ok", true}, {"size", bytes->size()}};
}

json remove(ObjectStore& store, const json& request, const IoContext& ctx) {
  const auto keys = request.at("keys").get<std::vector<std::string>>();
  const auto results = store.remove(keys, ctx);
  if (!results) return status_of(fail(results.error()));
  json each = json::array();
  for (const auto& result : *results) each.push_back(status_of(result));
  return {{"ok", true}, {"keys", each}};
}

json list(ObjectStore& store, const json& request, const IoContext& ctx) {
  json keys = json::array();
  std::string token;
  do {
    const auto page = store.list(request.value("prefix", ""), token, request.value("page", 1000u), ctx);
    if (!page) return status_of(fail(page.error()));
    for (const auto& entry : page->entries) keys.push_back(entry.key);
    token = page->next;
  } while (!token.empty());
  return {{"ok", true}, {"keys", keys}};
}

json run(ObjectStore& store, const json& request, const IoContext& ctx) {
  const std::string op = request.at("op");
  if (op == "upload") return status_of(upload(store, request, ctx));
  if (op == "read") return read(store, request, ctx);
  if (op == "remove") return remove(store, request, ctx);
  if (op == "list") return list(store, request, ctx);
  const std::string key = request.at("key");
  if (op == "put") {
    const auto mode = request.value("absent", false) ? seabed::PutMode::kIfAbsent : seabed::PutMode::kReplace;
    return status_of(seabed::put_object(store, key, slurp(request), mode, ctx));
  }
  if (op == "append") {
    const std::string bytes = slurp(request);
    const std::string_view piece = bytes;
    const auto length = store.append(key, request.at("position"), {&piece, 1}, ctx);
    if (!length) return status_of(fail(length.error()));
    return {{"ok", true}, {"length", *length}};
  }
  if (op != "stat") throw std::invalid_argument("unknown op");
  const auto found = store.stat(key, ctx);
  if (!found) return status_of(fail(found.error()));
  return {{"ok", true}, {"size", found->size}};
}

json answer(ObjectStore& store, const json& request) {
  seabed::CancelToken token;
  IoContext ctx;
  ctx.cancel = &token;
  ctx.deadline = seabed::after(std::chrono::milliseconds(request.value("deadline_ms", 60000)));
  seabed::CancelToken done;
  const int cancel_ms = request.value("cancel_ms", -1);
  std::thread canceller([&] {
    if (cancel_ms >= 0 && !done.wait_for(std::chrono::milliseconds(cancel_ms))) token.cancel();
  });
  const auto begin = std::chrono::steady_clock::now();
  json out = run(store, request, ctx);
  out["ms"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  done.cancel();
  canceller.join();
  return out;
}

seabed::Status serve(const std::string& drivers, const std::string& text, int attempts) {
  SEABED_TRY(auto storage, seabed::Storage::create({{drivers}, {}, attempts}));
  SEABED_TRY(const auto uri, seabed::parse_uri(text));
  SEABED_TRY(auto store, storage->open(uri));
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(*store, json::parse(line)).dump() << std::endl;
  return seabed::ok();
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto status = serve(argv[1], argv[2], argc > 3 ? std::stoi(argv[3]) : 8);
  if (!status) std::cerr << status.error().message() << "\n";
  return status ? 0 : 1;
}
