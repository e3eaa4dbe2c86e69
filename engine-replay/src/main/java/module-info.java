// SPDX-License-Identifier: Apache-2.0

/** Live capture of an engine, capture files, and the replay of a capture through an engine. */
module io.overlane.replay
{
    requires static org.jspecify;
    requires transitive io.overlane.core;

    exports io.overlane.capture;
    exports io.overlane.pcap;
    exports io.overlane.replay;
}
