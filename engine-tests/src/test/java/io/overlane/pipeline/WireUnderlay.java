// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.testkit.SilentUnderlay;
import io.overlane.underlay.SendBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Keeps what it is told to send, as the receivers would see it, and refuses as told. */
public final class WireUnderlay extends SilentUnderlay
{
    /** One entry of a send. */
    public record Sent(int remote, int flowHash, List<byte[]> datagrams, boolean isJoined, DropReason verdict)
    {
    }

    public final List<Sent> sent = new ArrayList<>();
    private final boolean gainsFromJoining;
    private boolean usesFlowHash;
    private Supplier<DropReason> verdicts = () -> DropReason.NONE;

    public WireUnderlay(final boolean gainsFromJoining)
    {
        super(Vtep.parse("192.0.2.1", 8472));
        this.gainsFromJoining = gainsFromJoining;
    }

    /** Before a queue is made. */
    public WireUnderlay useFlowHash(final boolean usesFlowHash)
    {
        this.usesFlowHash = usesFlowHash;
        return this;
    }

    public void verdicts(final Supplier<DropReason> verdicts)
    {
        this.verdicts = verdicts;
    }

    /** What a remote received, in order. */
    public List<byte[]> received(final int remote)
    {
        final List<byte[]> datagrams = new ArrayList<>();
        sent.stream()
            .filter(entry -> entry.remote() == remote && entry.verdict() == DropReason.NONE)
            .forEach(entry -> datagrams.addAll(entry.datagrams()));
        return datagrams;
    }

    /** Datagrams per entry, in order. */
    public List<Integer> shape()
    {
        return sent.stream().map(entry -> entry.datagrams().size()).toList();
    }

    @Override
    public String description()
    {
        return "wire";
    }

    @Override
    public boolean gainsFromJoining()
    {
        return gainsFromJoining;
    }

    @Override
    public boolean usesFlowHash()
    {
        return usesFlowHash;
    }

    @Override
    public void send(final SendBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.frame(i);
            final byte[] bytes = new byte[frame.length()];
            frame.buffer().getBytes(frame.offset(), bytes);
            final int size = batch.segmentSize(i) == 0 ? bytes.length : batch.segmentSize(i);
            final List<byte[]> datagrams = new ArrayList<>();
            for (int from = 0; from < bytes.length; from += size)
            {
                datagrams.add(Arrays.copyOfRange(bytes, from, Math.min(from + size, bytes.length)));
            }
            final DropReason verdict = verdicts.get();
            batch.verdict(i, verdict);
            sent.add(new Sent(batch.remote(i), batch.flowHash(i), datagrams, batch.segmentSize(i) > 0, verdict));
        }
    }
}
