// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

/**
 * A packet in the ring, in native byte order. It becomes a record of each interface that it passed.
 *
 * <pre>
 *   0        8    16     24    32                40                 48    52          56     60
 *   +--------+----+------+-----+-----------------+------------------+-----+-----------+------+-------+
 *   | timeNs | id | high | low | lost until now, | lost until now,  | vni | outer vni | came | left  |
 *   |        |    |  of the remote  where it came| where it left    |     |           | in   | by    |
 *   +--------+----+------+-----+-----------------+------------------+-----+-----------+------+-------+
 *   60: left by   64: UDP port   68: flow hash   72: TOS   76: TTL   80: length   84: frames   88: piece
 *   92: pieces   96: reason   100: bits   104: GSO size   108: not used   112: the bytes
 * </pre>
 */
final class CaptureRecord
{
    static final int TIME_OFFSET = 0;
    static final int ID_OFFSET = 8;
    static final int HIGH_OFFSET = 16;
    static final int LOW_OFFSET = 24;
    static final int LOST_IN_OFFSET = 32;
    static final int LOST_OUT_OFFSET = 40;
    static final int VNI_OFFSET = 48;
    static final int OUTER_VNI_OFFSET = 52;

    /** Number of the interface where the packet came in, or {@link #NONE}. */
    static final int IN_OFFSET = 56;

    /** Number of the interface by which it left or should have left, or {@link #NONE}. */
    static final int OUT_OFFSET = 60;
    static final int UDP_PORT_OFFSET = 64;
    static final int FLOW_HASH_OFFSET = 68;
    static final int TOS_OFFSET = 72;
    static final int TTL_OFFSET = 76;
    static final int LENGTH_OFFSET = 80;
    static final int FRAMES_OFFSET = 84;
    static final int PIECE_OFFSET = 88;
    static final int PIECES_OFFSET = 92;
    static final int REASON_OFFSET = 96;
    static final int BITS_OFFSET = 100;
    static final int GSO_SIZE_OFFSET = 104;
    static final int BYTES_OFFSET = 112;

    static final int NONE = -1;

    /** The outcome's ordinal. */
    static final int OUTCOME_MASK = 0x3;
    static final int DECAP_BIT = 1 << 2;
    static final int COPY_BIT = 1 << 3;
    static final int TUNNEL_HEADER_BIT = 1 << 4;
    static final int SUPER_FRAME_BIT = 1 << 5;
    static final int HAS_REMOTE_BIT = 1 << 6;
    static final int QUEUE_SHIFT = 8;

    private CaptureRecord()
    {
    }
}
