// Usage: example_service MODEL.onnx PHOTO...
// A service that explains pictures on several threads: the network is compiled once, each thread has a copy
// of the explainer, and requests wait in a queue. Here the requests are the photos of the command line, each
// asked for twice.
#include <fovea/error.hpp>
#include <fovea/explain.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

/// Takes requests from any thread; what becomes of each, a map or an error, comes with its future.
class Service {
public:
  Service(const fovea::Model& model, int workers)
      // Workers do not help each other: with a thread each, none waits for another at every layer.
      : explainer_(model, {.program = {.threads = 1}}) {
    for (int i = 0; i < workers; ++i)
      workers_.emplace_back([this] { work(); });
  }
  ~Service() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_)
      worker.join();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  std::future<fovea::Explanation> explain(std::string photo) {
    Request request{std::move(photo), {}};
    std::future<fovea::Explanation> answer = request.answer.get_future();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    changed_.notify_one();
    return answer;
  }

private:
  struct Request {
    std::string photo;
    std::promise<fovea::Explanation> answer;
  };

  void work() {
    fovea::Explainer explain = explainer_;  // its memory is taken once and serves all requests
    for (std::unique_lock lock(mutex_);;) {
      changed_.wait(lock, [this] { return closed_ || !requests_.empty(); });
      if (requests_.empty())
        return;
      Request request = std::move(requests_.front());
      requests_.pop_front();
      lock.unlock();
      try {
        request.answer.set_value(explain(fovea::read_image(request.photo)));
      } catch (...) {
        request.answer.set_exception(std::current_exception());
      }
      lock.lock();
    }
  }

  const fovea::Explainer explainer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> requests_;
  bool closed_ = false;
  std::vector<std::thread> workers_;  // last: they use all of the above
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO...\n", argv[0]);
    return 2;
  }
  try {
    Service service(fovea::Model::load(argv[1]), 4);
    std::vector<std::future<fovea::Explanation>> first, second;
    for (int i = 2; i < argc; ++i) {
      first.push_back(service.explain(argv[i]));
      second.push_back(service.explain(argv[i]));
    }
    for (std::size_t i = 0; i < first.size(); ++i) {
      const fovea::Explanation map = first[i].get(), again = second[i].get();
      std::printf("%s: %s, probability %.3f\n", argv[i + 2], map.label.c_str(), map.probability);
      const auto a = map.map.data<float>(), b = again.map.data<float>();
      if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) {
        std::fprintf(stderr, "%s: the map depends on the thread\n", argv[i + 2]);
        return 1;
      }
    }
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
