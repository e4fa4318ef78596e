#include "acme_driver.h"

#include <map>
#include <mutex>

namespace acme {

int32_t medium_of(const std::string& location, std::shared_ptr<Medium>* out, Error& error) {
  static std::mutex mutex;
  static auto& in_memory = *new std::map<std::string, std::shared_ptr<Medium>>;  // as long as the process
  static auto& on_disk = *new std::map<std::string, std::weak_ptr<Medium>>;
  const bool directory = location[0] == '/';
  std::lock_guard lock(mutex);
  if (const auto found = in_memory.find(location); found != in_memory.end())
    return *out = found->second, SEABED_OK;
  if ((*out = on_disk[location].lock()) != nullptr) return SEABED_OK;
  auto made = std::make_shared<Medium>();
  if (const int32_t code = made->journal.open(directory ? location : "", error)) return code;
  if (directory)
    on_disk[location] = made;
  else
    in_memory[location] = made;
  *out = std::move(made);
  return SEABED_OK;
}

void AcmeDriver::capabilities(const seabed::sdk::Store*, seabed_capabilities* out) {
  out->flags = SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_TAGS | SEABED_CAP_UPLOAD |
               SEABED_CAP_LIST_UPLOADS | SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING |
               SEABED_CAP_CONDITIONAL_COMPLETE;
  out->max_parts = 10000;
  out->max_delete_batch = 1000;
  out->max_key_length = kMaxKey;
}

int32_t AcmeDriver::open(const seabed::sdk::OpenArgs& args, const Context&, seabed::sdk::Store** out,
                         Error& error) {
  if (args.location()[0] == 0)
    return error.fail(SEABED_INVALID_ARGUMENT, "has no location: write acme://name or acme:///directory");
  std::shared_ptr<Medium> medium;
  if (const int32_t code = medium_of(args.location(), &medium, error)) return code;
  *out = new AcmeStore(std::move(medium));
  return SEABED_OK;
}

}  // namespace acme
