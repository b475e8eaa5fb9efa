// One impulse down each of many fibres, one fibre a warp, two rows a lane. The arithmetic is that of warp_twin.py, and
// with it that of kernel_parts.py. FIELD_* and STATES are defined by the caller from kernel_parts.FIELDS; SKEW says
// whether any internode is not its own mirror image.
//
// A row is a node and the internode behind it; row 2 L and 2 L + 1 live in lane L for the whole run. Everything a row
// needs is read once into registers. A step solves the tridiagonal system of the nodes: each lane eliminates its odd
// row, and five rounds of parallel cyclic reduction over the warp solve the rest.

#define LANES 32
#define PER_LANE 2
#define ROWS (LANES * PER_LANE)
#define EVERYONE 0xffffffffu
#define EVEN ((STATES + 1) / 2)
#define X_FIELD FIELD_COUNT
#define KEEP_FIELD (X_FIELD + STATES)
#define GAIN_FIELD (KEEP_FIELD + STATES)
#define LEFT_FIELD (GAIN_FIELD + STATES)
#define RIGHT_FIELD (LEFT_FIELD + STATES)
#define FIELDS (FIELD_COUNT + 5 * STATES)

struct Row {
    float v, m, h, p, s, change, pull, carry, position;
    float best, before, after, last, when, peak;
    float origin, sodium, potassium, leak, constant, naf, nap, ks, diagonal, off, to_left, across, to_right;
    float x[STATES], keep[STATES], gain[STATES];
#if SKEW
    float left[STATES], right[STATES];
#endif
    bool done, fired;
};

__device__ __forceinline__ float part(const float *values, int field, int row) { return values[field * ROWS + row]; }

__device__ __forceinline__ void read_row(Row &r, const float *values, int row) {
    r.v = part(values, FIELD_V, row);
    r.m = part(values, FIELD_M, row);
    r.h = part(values, FIELD_H, row);
    r.p = part(values, FIELD_P, row);
    r.s = part(values, FIELD_S, row);
    r.change = part(values, FIELD_CHANGE, row);
    r.pull = part(values, FIELD_PULL, row);
    r.carry = part(values, FIELD_CARRY, row);
    r.position = 0.0f;
    r.best = part(values, FIELD_BEST, row);
    r.before = part(values, FIELD_BEFORE, row);
    r.after = part(values, FIELD_AFTER, row);
    r.last = part(values, FIELD_LAST, row);
    r.when = part(values, FIELD_WHEN, row);
    r.peak = part(values, FIELD_PEAK, row);
    r.done = part(values, FIELD_DONE, row) != 0.0f;
    r.fired = part(values, FIELD_FIRED, row) != 0.0f;
    r.origin = part(values, FIELD_ORIGIN, row);
    r.sodium = part(values, FIELD_SODIUM, row);
    r.potassium = part(values, FIELD_POTASSIUM, row);
    r.leak = part(values, FIELD_LEAK, row);
    r.constant = part(values, FIELD_CONSTANT, row);
    r.naf = part(values, FIELD_NAF, row);
    r.nap = part(values, FIELD_NAP, row);
    r.ks = part(values, FIELD_KS, row);
    r.diagonal = part(values, FIELD_DIAGONAL, row);
    r.off = part(values, FIELD_OFF, row);
    r.to_left = part(values, FIELD_TO_LEFT, row);
    r.across = part(values, FIELD_ACROSS, row);
    r.to_right = part(values, FIELD_TO_RIGHT, row);
#pragma unroll
    for (int k = 0; k < STATES; ++k) {
        r.x[k] = part(values, X_FIELD + k, row);
        r.keep[k] = part(values, KEEP_FIELD + k, row);
        r.gain[k] = part(values, GAIN_FIELD + k, row);
#if SKEW
        r.left[k] = part(values, LEFT_FIELD + k, row);
        r.right[k] = part(values, RIGHT_FIELD + k, row);
#endif
    }
}

__device__ __forceinline__ void conductances(const Row &r, float &g_na, float &g_k) {
    g_na = r.naf * r.m * r.m * r.m * r.h + r.nap * r.p * r.p * r.p;
    g_k = r.ks * r.s;
}

__device__ __forceinline__ void settle(Row &r, float increment, float lead, float per_mv, float end) {
    float next = r.v + increment + increment;
    float place = (next + lead * (increment - r.change)) * per_mv + r.origin;
    r.change = increment;
    r.v = next;
    r.position = fminf(fmaxf(place, 0.0f), end);
    r.peak = fmaxf(r.peak, next);
}

// The internode behind a row whose right neighbour is at `far`, with the change `beyond_change`; returns what it sends there.
__device__ __forceinline__ float relax(Row &r, float far, float far_change) {
    float midway = r.v - r.change, beyond = far - far_change;
    float near_sum = 0.0f, far_sum = 0.0f;
#if SKEW
#pragma unroll
    for (int k = 0; k < STATES; ++k) {
        r.x[k] = r.keep[k] * r.x[k] + r.gain[k] * (r.left[k] * midway + r.right[k] * beyond);
        near_sum += r.left[k] * r.x[k];
        far_sum += r.right[k] * r.x[k];
    }
#else
    float both = midway + beyond, apart = midway - beyond, even = 0.0f, odd = 0.0f;
#pragma unroll
    for (int k = 0; k < EVEN; ++k) {
        r.x[k] = r.keep[k] * r.x[k] + r.gain[k] * both;
        even += r.x[k];
    }
#pragma unroll
    for (int k = EVEN; k < STATES; ++k) {
        r.x[k] = r.keep[k] * r.x[k] + r.gain[k] * apart;
        odd += r.x[k];
    }
    near_sum = even + odd;
    far_sum = even - odd;
#endif
    r.pull = near_sum - r.to_left * r.v - r.across * far;
    return far_sum - r.across * r.v - r.to_right * far;
}

__device__ __forceinline__ void track(Row &r, float now, float firing) {
    if (!(r.v > 0.5f * firing)) return;
    float g_na, g_k;
    conductances(r, g_na, g_k);
    float midway = r.v - r.change;
    float inward = r.constant - g_na * (midway + r.sodium) - g_k * (midway + r.potassium) - r.leak * midway;
    bool larger = inward > r.best * (r.done ? 2.0f : 1.0f);
    r.after = larger || r.when == now - 1.0f ? inward : r.after;
    r.before = larger ? r.last : r.before;
    r.when = larger ? now : r.when;
    r.best = larger ? inward : r.best;
    r.fired = larger ? r.v > firing : r.fired;
    r.done = inward < 0.0f ? true : (larger ? false : r.done);
    r.last = inward;
}

__device__ __forceinline__ void gates(Row &r, const float4 *lines) {
    int line = (int)r.position;
    float share = r.position - (float)line;
    const float4 *at = lines + 4 * line;
    float4 offset = __ldg(at), factor = __ldg(at + 1), more = __ldg(at + 2), faster = __ldg(at + 3);
    r.m = (offset.x + share * more.x) + (factor.x + share * faster.x) * r.m;
    r.h = (offset.y + share * more.y) + (factor.y + share * faster.y) * r.h;
    r.p = (offset.z + share * more.z) + (factor.z + share * faster.z) * r.p;
    r.s = (offset.w + share * more.w) + (factor.w + share * faster.w) * r.s;
}

__device__ __forceinline__ float arrival_of(const Row &r, float step_ms) {
    if (!r.fired) return nanf("");
    float bend = r.before - 2.0f * r.best + r.after;
    float shift = bend < 0.0f ? 0.5f * (r.before - r.after) / bend : 0.0f;
    return (r.when + 0.5f + fminf(fmaxf(shift, -0.5f), 0.5f)) * step_ms;
}

extern "C" __global__ void __launch_bounds__(128)
conduct(int tasks, const float *__restrict__ values, const int *__restrict__ fibre, const int *__restrict__ stimulated,
        const float *__restrict__ amplitude, const int *__restrict__ wave, const float *__restrict__ waves, int on,
        const int *__restrict__ ends, const int *__restrict__ steps, const float4 *__restrict__ lines, float end,
        float per_mv, float lead, float firing, float step_ms, int until_arrival, int every, float *__restrict__ arrival,
        float *__restrict__ peak) {
    int task = (blockIdx.x * blockDim.x + threadIdx.x) / LANES, lane = threadIdx.x % LANES;
    if (task >= tasks) return;  // whole warps leave together
    const float *own = values + (size_t)fibre[task] * FIELDS * ROWS;
    Row e, o;
    read_row(e, own, PER_LANE * lane);
    read_row(o, own, PER_LANE * lane + 1);
    float behind = __shfl_up_sync(EVERYONE, o.off, 1);
    behind = lane ? behind : 0.0f;
    const float *course = waves + (size_t)wave[task] * on;
    int into = stimulated[task], first_end = ends[2 * task], second_end = ends[2 * task + 1];
    float drive_e = into == PER_LANE * lane ? amplitude[task] : 0.0f;
    float drive_o = into == PER_LANE * lane + 1 ? amplitude[task] : 0.0f;
    float now = 0.0f;
    int last = steps[task];
    for (int t = 0; t < last; ++t, now += 1.0f) {
        float flows = t < on ? __ldg(course + t) : 0.0f;
        float na, k;
        conductances(e, na, k);
        float d_e = e.diagonal + (na + k);
        float r_e = e.pull + e.carry + drive_e * flows + e.constant - na * e.sodium - k * e.potassium -
                    (na + k + e.leak) * e.v;
        conductances(o, na, k);
        float inverse_o = 1.0f / (o.diagonal + (na + k));
        float r_o = (o.pull + o.carry + drive_o * flows + o.constant - na * o.sodium - k * o.potassium -
                     (na + k + o.leak) * o.v) * inverse_o;
        float a_o = e.off * inverse_o, c_o = o.off * inverse_o;
        float a_p = __shfl_up_sync(EVERYONE, a_o, 1), c_p = __shfl_up_sync(EVERYONE, c_o, 1);
        float r_p = __shfl_up_sync(EVERYONE, r_o, 1);
        float pivot = 1.0f / (d_e - behind * c_p - e.off * a_o);
        float a = -behind * a_p * pivot, c = -e.off * c_o * pivot;
        float r = (r_e - behind * r_p - e.off * r_o) * pivot;
#pragma unroll
        for (int reach = 1; reach < LANES; reach *= 2) {
            float a_l = __shfl_up_sync(EVERYONE, a, reach), c_l = __shfl_up_sync(EVERYONE, c, reach);
            float r_l = __shfl_up_sync(EVERYONE, r, reach), a_r = __shfl_down_sync(EVERYONE, a, reach);
            float c_r = __shfl_down_sync(EVERYONE, c, reach), r_r = __shfl_down_sync(EVERYONE, r, reach);
            float inverse = 1.0f / (1.0f - a * c_l - c * a_r);
            r = (r - a * r_l - c * r_r) * inverse;
            a = -a * a_l * inverse;
            c = -c * c_r * inverse;
        }
        float next = __shfl_down_sync(EVERYONE, r, 1);
        settle(e, r, lead, per_mv, end);
        settle(o, r_o - a_o * r - c_o * next, lead, per_mv, end);
        float far = __shfl_down_sync(EVERYONE, e.v, 1), far_change = __shfl_down_sync(EVERYONE, e.change, 1);
        o.carry = relax(e, o.v, o.change);
        float sent = relax(o, far, far_change);
        sent = __shfl_up_sync(EVERYONE, sent, 1);
        e.carry = lane ? sent : 0.0f;
        track(e, now, firing);
        track(o, now, firing);
        gates(e, lines);
        gates(o, lines);
        if (until_arrival && (t + 1) % every == 0) {
            bool both = true;
#pragma unroll
            for (int which = 0; which < 2; ++which) {
                int row = which ? second_end : first_end;
                bool here = row % PER_LANE ? o.fired && o.done : e.fired && e.done;
                both = both && __shfl_sync(EVERYONE, (int)here, row / PER_LANE);
            }
            if (both) break;
        }
    }
    size_t out = (size_t)task * ROWS + PER_LANE * lane;
    arrival[out] = arrival_of(e, step_ms);
    arrival[out + 1] = arrival_of(o, step_ms);
    peak[out] = e.peak;
    peak[out + 1] = o.peak;
}
