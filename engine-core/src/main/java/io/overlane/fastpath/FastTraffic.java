// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

/**
 * Receives what a fast path carried, and which segments it carries no more. A super-frame counts as the number of its
 * segments, and with its own bytes. Bytes are those of inner frames, with their Ethernet headers.
 */
public interface FastTraffic
{
    /** Frames of one segment, all its remotes together. */
    void ofSegment(int vni, long encapFrames, long encapBytes, long decapFrames, long decapBytes);

    /** Frames to and from one remote, all segments together; these are the same frames. */
    void ofRemote(int remote, long encapFrames, long encapBytes, long decapFrames, long decapBytes);

    /**
     * It carries no more frames of a segment, by itself.
     *
     * @param whyNot the reason, in a few words.
     */
    void stopped(int vni, String whyNot);
}
