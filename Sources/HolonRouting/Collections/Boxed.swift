/// Keeps a large, seldom changed value behind one reference, so that what contains it is cheap to copy.
final class Boxed<Value: Sendable>: Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
