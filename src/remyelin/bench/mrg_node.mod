TITLE Node of Ranvier of the MRG double-cable fibre

COMMENT
Fast and persistent sodium, slow potassium and leak of McIntyre, Richardson & Grill 2002
(doi:10.1152/jn.00353.2001), with the constants of the authors' deposit (ModelDB 3810).
Written for remyelin's comparison with NEURON, from the equations; no code was copied.

Units: mV, ms, S/cm2, mA/cm2, degC. Rates scale by 2.2 (m, p), 2.9 (h) per 10 degC from 20 degC
and 3.0 (s) per 10 degC from 36 degC.
ENDCOMMENT

NEURON {
    SUFFIX mrg_node
    NONSPECIFIC_CURRENT i
    RANGE gnaf, gnap, gks, gl, ena, ek, el, shift_m
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S)  = (siemens)
}

PARAMETER {
    gnaf = 3.0     (S/cm2)
    gnap = 0.01    (S/cm2)
    gks  = 0.08    (S/cm2)
    gl   = 0.007   (S/cm2)
    ena  = 50      (mV)
    ek   = -90     (mV)
    el   = -90     (mV)
    shift_m = 21.4 (mV)
}

ASSIGNED {
    v       (mV)
    celsius (degC)
    i       (mA/cm2)
    qm qh qs
    minf hinf pinf sinf
    mtau (ms) htau (ms) ptau (ms) stau (ms)
}

STATE { m h p s }

INITIAL {
    qm = 2.2^((celsius - 20) / 10)
    qh = 2.9^((celsius - 20) / 10)
    qs = 3.0^((celsius - 36) / 10)
    rates(v)
    m = minf
    h = hinf
    p = pinf
    s = sinf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i = (gnaf*m*m*m*h + gnap*p*p*p) * (v - ena) + gks*s * (v - ek) + gl * (v - el)
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
    p' = (pinf - p) / ptau
    s' = (sinf - s) / stau
}

: x / (1 - exp(-x/k)), with its limit k at x = 0
FUNCTION vtrap(x, k) {
    if (fabs(x / k) < 1e-6) {
        vtrap = k + x / 2
    } else {
        vtrap = x / (1 - exp(-x / k))
    }
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = qm * 1.86 * vtrap(v + shift_m, 10.3)
    b = qm * 0.086 * vtrap(-(v + 25.7), 9.16)
    mtau = 1 / (a + b)
    minf = a * mtau
    a = qh * 0.062 * vtrap(-(v + 114), 11)
    b = qh * 2.3 / (1 + exp(-(v + 31.8) / 13.4))
    htau = 1 / (a + b)
    hinf = a * htau
    a = qm * 0.01 * vtrap(v + 27, 10.2)
    b = qm * 0.00025 * vtrap(-(v + 34), 10)
    ptau = 1 / (a + b)
    pinf = a * ptau
    a = qs * 0.3 / (1 + exp(-(v + 53) / 5))
    b = qs * 0.03 / (1 + exp(-(v + 90)))
    stau = 1 / (a + b)
    sinf = a * stau
}
