import Base
import CFuzzer
@preconcurrency import Glibc

/// Runs libFuzzer on one decoder: `kanglian-fuzz TARGET CORPUS [libFuzzer options]`.
///
/// Valid inputs of the target are put into the corpus first, so that mutations start from them.
@main
struct Main {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3,
            let target = FuzzTarget.all.first(where: { $0.name == arguments[1] })
        else {
            let names = FuzzTarget.all.map(\.name).joined(separator: " ")
            fputs("usage: kanglian-fuzz TARGET CORPUS [options]\ntargets: \(names)\n", stderr)
            exit(2)
        }
        for (index, seed) in target.seeds.enumerated() {
            precondition(target.check(seed), "seed \(index) is refused: nothing would be tested")
            write(seed, to: "\(arguments[2])/seed-\(index)")
        }
        FuzzTarget.chosen.initialize(target)
        exit(run([arguments[0]] + arguments.dropFirst(2)))
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "wb") else {
            fputs("cannot write \(path)\n", stderr)
            exit(2)
        }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    /// Hands over to libFuzzer, which keeps the arguments until the process ends.
    private static func run(_ arguments: [String]) -> Int32 {
        var count = Int32(arguments.count)
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { list[index] = strdup(argument) }
        list[arguments.count] = nil
        var values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = list
        return LLVMFuzzerRunDriver(&count, &values) { data, size in
            _ = FuzzTarget.chosen.value?.check(
                Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    }
}
