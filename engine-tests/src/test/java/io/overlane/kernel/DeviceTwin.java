// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.Underlay;
import io.overlane.wire.VxlanHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;

/**
 * An engine of one segment under the profile {@code linux}, set up as a recorded device was, and under the test's hand.
 * What a device was made without is left to the engine's defaults.
 */
public final class DeviceTwin implements AutoCloseable
{
    private final int vni;
    private final int udpPort;
    private final LoopbackPort port = new LoopbackPort("vx0", 1500, 64, 2048);
    private final List<Throwable> errors = new ArrayList<>();
    private final OverlayEngine engine;

    /**
     * @param kernel   how the device was made, and what was set up before.
     * @param underlay bound to the device's address and port.
     * @param clock    of the engine.
     */
    public DeviceTwin(final KernelCase kernel, final Underlay underlay, final NanoClock clock)
    {
        vni = kernel.number("id", -1);
        udpPort = underlay.local().udpPort();
        final EngineContext context = new EngineContext()
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(underlay)
            .clock(clock)
            .errorHandler(errors::add)
            .segment(segment(kernel).port(port));
        if (kernel.has("maxaddress"))
        {
            context.fdb(fdb -> fdb.maxEntries(kernel.number("maxaddress", 0)));
        }
        if (kernel.has("ageing"))
        {
            context.fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(kernel.number("ageing", 0))));
        }
        engine = OverlayEngine.launch(context);
        kernel.all("before").forEach(this::setUp);
    }

    private SegmentContext segment(final KernelCase kernel)
    {
        final SegmentContext segment = new SegmentContext(vni)
            .policy(p -> p
                .profile(PolicyProfile.LINUX)
                .learning(!kernel.has("nolearning"))
                .outer(outer(kernel)))
            .ownMac(new MacAddress(KernelCase.OWN_MAC));
        if (kernel.has("remote"))
        {
            segment.flood(remote(kernel.option("remote"), udpPort));
        }
        if (kernel.has("group"))
        {
            segment.policy(p -> p.group(IpAddress.parse(kernel.option("group"))));
        }
        if (kernel.has("gbp"))
        {
            segment.policy(p -> p.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK));
        }
        return segment;
    }

    private static OuterContext outer(final KernelCase kernel)
    {
        OuterContext outer = new OuterContext();
        if (kernel.has("ttl"))
        {
            outer = outer.ttl(inheritable(kernel.option("ttl")));
        }
        if (kernel.has("tos"))
        {
            outer = outer.tos(inheritable(kernel.option("tos")));
        }
        if (kernel.has("df"))
        {
            outer = outer.dontFragment(switch (kernel.option("df"))
            {
                case "set" -> DontFragment.SET;
                case "unset" -> DontFragment.UNSET;
                case "inherit" -> DontFragment.INHERIT;
                default -> throw new IllegalArgumentException("df " + kernel.option("df"));
            });
        }
        return outer;
    }

    private static int inheritable(final String value)
    {
        return value.equals("inherit") ? OuterContext.INHERIT : Integer.decode(value);
    }

    /**
     * @param words that are recorded as set up before a case.
     */
    public void setUp(final String words)
    {
        if (words.startsWith("fdb "))
        {
            final TableResult result = operate(words);
            if (result != TableResult.DONE)
            {
                throw new AssertionError(words + ": " + result);
            }
        }
        else if (words.startsWith("neigh "))
        {
            final List<String> all = List.of(words.split(" "));
            final CompletableFuture<TableResult> put =
                engine.control().operate(
                    tables -> tables.replaceNeighbor(vni, IpAddress.parse(all.get(1)), MacAddress.parse(all.get(3))));
            run();
            if (put.join() != TableResult.DONE)
            {
                throw new AssertionError(words);
            }
        }
        else if (!words.startsWith("link "))
        {
            throw new IllegalArgumentException("not understood: " + words);
        }
    }

    /**
     * @param words of {@code bridge}, such as {@code fdb add 02:…:01 dst 10.99.0.2}.
     * @return what the engine answered.
     */
    public TableResult operate(final String words)
    {
        final List<String> all = List.of(words.split(" "));
        final FdbRequest request = request(all);
        return switch (all.get(1))
        {
            case "add" -> ask(control -> control.add(request));
            case "append" -> ask(control -> control.append(request));
            case "replace" -> ask(control -> control.replace(request));
            case "del" -> ask(control -> control.delete(request));
            default -> throw new IllegalArgumentException(words);
        };
    }

    private FdbRequest request(final List<String> words)
    {
        final int remotePort = Integer.parseInt(after(words, "port", Integer.toString(udpPort)));
        final String to = after(words, "dst", null);
        FdbRequest request =
            new FdbRequest(vni, MacAddress.parse(words.get(2)), to == null ? null : remote(to, remotePort));
        if (words.contains("vni"))
        {
            request = request.remoteVni(Integer.parseInt(after(words, "vni", null)));
        }
        return words.contains("dynamic") ? request.dynamic() : request;
    }

    private static String after(final List<String> words, final String word, final String otherwise)
    {
        return words.contains(word) ? words.get(words.indexOf(word) + 1) : otherwise;
    }

    private static Vtep remote(final String address, final int port)
    {
        return new Vtep(IpAddress.parse(address), port);
    }

    /**
     * @param filter of entries.
     * @return entries flushed.
     */
    public int flush(final FdbFilter filter)
    {
        return ask(control -> control.flush(filter));
    }

    /** @return the FDB as the recordings have it, sorted. */
    public List<String> fdb()
    {
        final List<String> rows = new ArrayList<>();
        ask(control ->
        {
            control.list(FdbFilter.ALL, row -> rows.add(
                row.mac() + " dst " + row.remote().address() + (row.kind() == FdbKind.STATIC ? " static" : "")));
            return null;
        });
        return rows.stream().sorted().toList();
    }

    private <T> T ask(final Function<? super TableOperations, T> operation)
    {
        final CompletableFuture<T> answer = engine.control().operate(operation);
        run();
        return answer.join();
    }

    /**
     * A frame goes into the device.
     *
     * @param frame its bytes.
     */
    public void transmit(final byte[] frame)
    {
        if (!port.put(frame))
        {
            throw new AssertionError("the port has no room");
        }
        run();
    }

    /** Work until there is none. */
    public void run()
    {
        int idle = 0;
        while (idle < 2)
        {
            idle = engine.doWork() == 0 ? idle + 1 : 0;
        }
        if (!errors.isEmpty())
        {
            throw new AssertionError("reported to the error handler", errors.get(0));
        }
    }

    /** @return what came out of the device since the last call. */
    public List<byte[]> taken()
    {
        return port.takeAll();
    }

    /** @return counters of frames that went in. */
    public PathCounters encap()
    {
        return engine.counters().encap();
    }

    /** @return counters of datagrams that came. */
    public PathCounters decap()
    {
        return engine.counters().decap();
    }

    /**
     * @param path of the engine.
     * @return the one reason something was dropped for so far; {@code NONE} if nothing was.
     */
    public static DropReason dropped(final PathCounters path)
    {
        DropReason verdict = DropReason.NONE;
        for (int i = 1; i < DropReason.count(); i++)
        {
            if (path.dropped(DropReason.get(i)) > 0)
            {
                if (verdict != DropReason.NONE)
                {
                    throw new AssertionError(verdict + " and " + DropReason.get(i));
                }
                verdict = DropReason.get(i);
            }
        }
        return verdict;
    }

    @Override
    public void close()
    {
        engine.close();
    }
}
