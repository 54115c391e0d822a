/// The units of UCUM that Kanglian converts: what clinical data and HL7's tests use.
///
/// Source: The Unified Code for Units of Measure, tables of 2017 (https://ucum.org/ucum).
enum UnitTable {
    /// A unit as a number of other units; base units have none.
    struct Atom: Sendable {
        let number: String
        let unit: String
        /// True when prefixes such as `m` for a thousandth may stand before it.
        let isMetric: Bool

        init(_ number: String, _ unit: String, metric: Bool = false) {
            (self.number, self.unit, isMetric) = (number, unit, metric)
        }
    }

    /// Units that others are made of, and whether prefixes may stand before them.
    ///
    /// Mole, degree Celsius and the arbitrary units count as such: they convert to nothing else.
    static let bases: [String: Bool] = [
        "m": true, "s": true, "g": true, "rad": true, "K": true, "C": true, "cd": true,
        "mol": true, "Cel": true, "[IU]": true, "[arb'U]": false, "[degF]": false, "[pH]": false,
        "[CFU]": false, "B": true, "[drp]": false, "osm": true, "eq": true, "bit": true,
    ]

    static let atoms: [String: Atom] = [
        // Numbers.
        "%": Atom("0.01", "1"), "[ppth]": Atom("0.001", "1"), "[ppm]": Atom("0.000001", "1"),
        "10*": Atom("10", "1"), "10^": Atom("10", "1"), "[pi]": Atom("3.14159265358979", "1"),
        // Time.
        "min": Atom("60", "s"), "h": Atom("60", "min"), "d": Atom("24", "h"),
        "wk": Atom("7", "d"), "a": Atom("365.25", "d"), "a_j": Atom("365.25", "d"),
        "mo": Atom("30.4375", "d"), "mo_j": Atom("30.4375", "d"),
        // Volume, mass and length.
        "L": Atom("1", "dm3", metric: true), "l": Atom("1", "dm3", metric: true),
        "ar": Atom("100", "m2", metric: true), "t": Atom("1000", "kg", metric: true),
        "[in_i]": Atom("2.54", "cm"), "[ft_i]": Atom("12", "[in_i]"),
        "[yd_i]": Atom("3", "[ft_i]"), "[mi_i]": Atom("5280", "[ft_i]"),
        "[in_us]": Atom("2.54000508001016", "cm"), "[nmi_i]": Atom("1852", "m"),
        "[gr]": Atom("64.79891", "mg"), "[lb_av]": Atom("7000", "[gr]"),
        "[oz_av]": Atom("437.5", "[gr]"), "[stone_av]": Atom("14", "[lb_av]"),
        "[gal_us]": Atom("231", "[in_i]3"), "[qt_us]": Atom("0.25", "[gal_us]"),
        "[pt_us]": Atom("0.5", "[qt_us]"), "[cup_us]": Atom("0.5", "[pt_us]"),
        "[foz_us]": Atom("0.125", "[cup_us]"), "[tbs_us]": Atom("0.5", "[foz_us]"),
        "[tsp_us]": Atom("4.92892159375", "cm3"),
        // Force, pressure, energy, electricity.
        "N": Atom("1", "kg.m/s2", metric: true), "Pa": Atom("1", "N/m2", metric: true),
        "J": Atom("1", "N.m", metric: true), "W": Atom("1", "J/s", metric: true),
        "A": Atom("1", "C/s", metric: true), "V": Atom("1", "J/C", metric: true),
        "Ohm": Atom("1", "V/A", metric: true), "F": Atom("1", "C/V", metric: true),
        "Hz": Atom("1", "s-1", metric: true), "bar": Atom("100000", "Pa", metric: true),
        "atm": Atom("101325", "Pa"), "m[Hg]": Atom("133322", "Pa", metric: true),
        "m[H2O]": Atom("9806.65", "Pa", metric: true), "cal": Atom("4.184", "J", metric: true),
        "[Cal]": Atom("1", "kcal"), "erg": Atom("0.0000001", "J", metric: true),
        "dyn": Atom("0.00001", "N", metric: true), "T": Atom("1", "V.s/m2", metric: true),
        // Radiation and angles.
        "Bq": Atom("1", "s-1", metric: true), "Gy": Atom("1", "J/kg", metric: true),
        "Sv": Atom("1", "J/kg", metric: true), "Ci": Atom("37000000000", "Bq", metric: true),
        "sr": Atom("1", "rad2", metric: true), "lm": Atom("1", "cd.sr", metric: true),
        "lx": Atom("1", "lm/m2", metric: true), "deg": Atom("0.01745329251994330", "rad"),
        // Enzymes and arbitrary units.
        "kat": Atom("1", "mol/s", metric: true), "U": Atom("1", "umol/min", metric: true),
        "[iU]": Atom("1", "[IU]", metric: true), "Osm": Atom("1", "osm", metric: true),
    ]

    /// Powers of ten by prefix.
    static let prefixes: [String: Int] = [
        "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6,
        "n": -9, "p": -12, "f": -15, "a": -18,
    ]
}
