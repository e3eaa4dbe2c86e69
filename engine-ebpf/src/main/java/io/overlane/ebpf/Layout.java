// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

/**
 * What keys and values of the maps consist of. Numbers without a note are in the machine's byte order; "wire" means as
 * in packets.
 *
 * <pre>
 *  ports      0 index of the TAP
 *             0 VNI           4 underlay index  8 longest frame
 *            12 ToS(1)       13 TTL(1)         14 congestion(1)                 16 segment's slot
 *  segments   0 VNI
 *             0 VNI           8 index of TAP   12 segment's slot
 *  stations   0 MAC(6, wire)  6 zero(2)         8 VNI
 *             0 VNI of VXLAN header(wire)       4 VNI
 *             8 remote number 12 ways(1)       13 use of the number(1)         16 last seen(8)
 *  remotes    0 number
 *             0 address(16, wire; IPv4: the first 4)
 *            16 port(2, wire) 18 reachable(1)  19 use of the number(1)         20 longest frame
 *  ports out  0 index
 *             0 source port(2, wire)
 *  traffic    0 number of a remote, or slot of a segment
 *             0 encap frames(8)  8 encap bytes(8)  16 decap frames(8)  24 decap bytes(8)
 * </pre>
 *
 * Fields without a length have four bytes.
 *
 * <p>The kernel may use the memory of a segment or station that a program has found for another one. It writes a value
 * from its beginning, so the program reads from its end, each eight bytes at once, and compares the VNI in the value
 * with that of its key last: what it has read then is of the key, or of another station of the same VNI. The value of a
 * remote is overwritten where it is. The use of a number says which remote has the number: the program reads it last,
 * and compares it with that in the station. CPUs that reorder reads, as those of aarch64 may, make this less than sure.
 */
final class Layout
{
    // Names of the maps.
    static final String PORTS = "ports";
    static final String SEGMENTS = "segments";
    static final String STATIONS = "stations";
    static final String REMOTES = "remotes";
    static final String SOURCE_PORTS = "source_ports";
    static final String REMOTE_TRAFFIC = "remote_traffic";
    static final String SEGMENT_TRAFFIC = "segment_traffic";

    static final int NUMBER_SIZE = 4;

    static final int PORT_VNI = 0;
    static final int PORT_UNDERLAY = 4;
    static final int PORT_LONGEST = 8;
    static final int PORT_TOS = 12;
    static final int PORT_TTL = 13;
    static final int PORT_ECN = 14;
    static final int PORT_SLOT = 16;
    static final int PORT_SIZE = 20;

    static final int SEGMENT_VNI = 0;
    static final int SEGMENT_TAP = 8;
    static final int SEGMENT_SLOT = 12;
    static final int SEGMENT_SIZE = 16;

    static final int KEY_MAC = 0;
    static final int KEY_VNI = 8;
    static final int KEY_SIZE = 12;

    static final int STATION_VNI = 0;
    static final int STATION_KEY_VNI = 4;
    static final int STATION_REMOTE = 8;
    static final int STATION_WAYS = 12;
    static final int STATION_USE = 13;
    static final int STATION_SEEN = 16;
    static final int STATION_SIZE = 24;

    static final int REMOTE_ADDRESS = 0;
    static final int REMOTE_UDP_PORT = 16;
    static final int REMOTE_REACHABLE = 18;
    static final int REMOTE_USE = 19;
    static final int REMOTE_LONGEST = 20;
    static final int REMOTE_SIZE = 24;

    static final int SOURCE_PORT_SIZE = 2;

    /** A bit of {@link #STATION_WAYS}: frames for the station are encapsulated. */
    static final int WAY_ENCAP = 1;
    /** A bit of {@link #STATION_WAYS}: frames from the station are decapsulated. */
    static final int WAY_DECAP = 2;

    static final int TRAFFIC_ENCAP = 0;
    static final int TRAFFIC_DECAP = 16;
    static final int TRAFFIC_SIZE = 32;

    private Layout()
    {
    }
}
