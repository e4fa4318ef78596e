// A page is collected by the worker and handed to the host's sink by who asked.

#include <vector>

#include "watched_store.h"

namespace seabed_file {

namespace {
template <class Entry>
struct Page {
  std::vector<Entry> entries;
  std::vector<std::pair<std::string, std::string>> names;   // key and upload id of each, where there are such
  char room[kMaxKey + 64] = {};
  seabed_text next{room, sizeof room, 0};
};

template <class Listing, class Entry>
int32_t hand_over(const Page<Entry>& page, Listing& call, Error& error) {
  for (const Entry& entry : page.entries)
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  if (page.next.size == 0 || call.next.assign(page.room, page.next.size)) return SEABED_OK;
  return error.fail(SEABED_INTERNAL, "the host's room is too small");
}
}  // namespace

int32_t WatchedStore::list(ListCall& call, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->list(call, context, error);
  using Found = Page<seabed_list_entry>;
  const auto work = [store = store_, scope = std::string(call.scope), token = std::string(call.token), max = call.max](
                        Found& page, const Context& c, Error& e) {
    const auto keep = [](void* to, const seabed_list_entry* entry) {
      auto* found = static_cast<Found*>(to);
      found->entries.push_back(*entry);
      found->names.emplace_back(entry->key, "");
      return 0;
    };
    ListCall own{scope.c_str(), token.c_str(), max, keep, &page, Text(&page.next)};
    return store->list(own, c, e);
  };
  int32_t handed = SEABED_OK;
  const int32_t code = ask<Found>(false, context, error, work, [&](Found& page) {
    for (size_t i = 0; i < page.entries.size(); ++i) page.entries[i].key = page.names[i].first.c_str();
    handed = hand_over(page, call, error);
  });
  return code != SEABED_OK ? code : handed;
}

int32_t WatchedStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->list_uploads(call, context, error);
  using Found = Page<seabed_upload_entry>;
  const auto work = [store = store_, scope = std::string(call.scope), token = std::string(call.token), max = call.max](
                        Found& page, const Context& c, Error& e) {
    const auto keep = [](void* to, const seabed_upload_entry* entry) {
      auto* found = static_cast<Found*>(to);
      found->entries.push_back(*entry);
      found->names.emplace_back(entry->key, entry->upload_id);
      return 0;
    };
    UploadsCall own{scope.c_str(), token.c_str(), max, keep, &page, Text(&page.next)};
    return store->list_uploads(own, c, e);
  };
  int32_t handed = SEABED_OK;
  const int32_t code = ask<Found>(false, context, error, work, [&](Found& page) {
    for (size_t i = 0; i < page.entries.size(); ++i) {
      page.entries[i].key = page.names[i].first.c_str();
      page.entries[i].upload_id = page.names[i].second.c_str();
    }
    handed = hand_over(page, call, error);
  });
  return code != SEABED_OK ? code : handed;
}

int32_t WatchedStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  bool watched = false;
  if (const int32_t code = mount_->may_hang(context, &watched, error)) return code;
  if (!watched) return store_->list_parts(key, call, context, error);
  using Found = Page<seabed_part>;
  const auto work = [store = store_, key = std::string(key), id = std::string(call.scope),
                     token = std::string(call.token), max = call.max](Found& page, const Context& c, Error& e) {
    const auto keep = [](void* to, const seabed_part* entry) {
      static_cast<Found*>(to)->entries.push_back(*entry);
      return 0;
    };
    PartsCall own{id.c_str(), token.c_str(), max, keep, &page, Text(&page.next)};
    return store->list_parts(key.c_str(), own, c, e);
  };
  int32_t handed = SEABED_OK;
  const int32_t code =
      ask<Found>(false, context, error, work, [&](Found& page) { handed = hand_over(page, call, error); });
  return code != SEABED_OK ? code : handed;
}

}  // namespace seabed_file
