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
 *             0 index of TAP  4 segment's slot
 *  stations   0 MAC(6, wire)  6 zero(2)         8 VNI
 *             0 remote number 4 ways(1)         8 VNI of VXLAN header(wire)    16 last seen(8)
 *  remotes    0 number
 *             0 address(16, wire; IPv4: the first 4)
 *            16 port(2, wire) 18 reachable(1)  20 longest frame
 *  ports out  0 index
 *             0 source port(2, wire)
 *  traffic    0 number of a remote, or slot of a segment
 *             0 encap frames(8)  8 encap bytes(8)  16 decap frames(8)  24 decap bytes(8)
 * </pre>
 *
 * Fields without a length have four bytes.
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

    static final int SEGMENT_TAP = 0;
    static final int SEGMENT_SLOT = 4;
    static final int SEGMENT_SIZE = 8;

    static final int KEY_MAC = 0;
    static final int KEY_VNI = 8;
    static final int KEY_SIZE = 12;

    static final int STATION_REMOTE = 0;
    static final int STATION_WAYS = 4;
    static final int STATION_VNI = 8;
    static final int STATION_SEEN = 16;
    static final int STATION_SIZE = 24;

    static final int REMOTE_ADDRESS = 0;
    static final int REMOTE_UDP_PORT = 16;
    static final int REMOTE_REACHABLE = 18;
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
