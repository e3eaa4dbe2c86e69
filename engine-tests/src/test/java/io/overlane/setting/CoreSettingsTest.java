// SPDX-License-Identifier: Apache-2.0
package io.overlane.setting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbContext;
import io.overlane.engine.EngineContext;
import io.overlane.engine.QueueContext;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.RingPortContext;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.stage.StageContext;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.SettingsContract;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.UnderlayOptions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The contexts of the engine. */
class CoreSettingsTest extends SettingsContract
{
    CoreSettingsTest()
    {
        super(
            EngineContext.class,
            Set.of(
                "EngineContext.errorHandler",
                "EngineContext.fastPath",
                "EngineContext.idleWait",
                "OuterContext.ecn",
                "RingPortContext.errorHandler",
                "RoutingContext.routerMac",
                "UnderlayOptions.errorHandler",
                "UnderlayOptions.multicastInterface"),
            Set.of("FdbContext.seed", "SegmentPolicy.reservedBits", "SegmentContext.reservedBits"));
        object(EngineContext.class, EngineContext::new);
        object(FdbContext.class, FdbContext::new);
        object(OuterContext.class, OuterContext::new);
        object(SegmentContext.class, () -> new SegmentContext(1));
        object(SegmentPolicy.class, SegmentPolicy::new);
        object(IpNetworkContext.class, IpNetworkContext::new);
        object(RingPortContext.class, RingPortContext::new);
        object(RoutingContext.class, () -> new RoutingContext("red"));
        object(StageContext.class, () -> new StageContext(frame -> {}));
        object(UnderlayOptions.class, () -> new UnderlayOptions(IpAddress.ANY_V4, 0));
        sample(IpAddress.class, IpAddress.parse("192.0.2.1"));
        sample(IpPrefix.class, IpPrefix.parse("192.0.2.0/24"));
        sample(MacAddress.class, MacAddress.parse("02:00:00:00:00:01"));
        sample(Vtep.class, Vtep.parse("192.0.2.1", 8472));
        sample(Set.class, Set.of());
        sample(String.class, "red");
        sample(RouteTarget.class, new RouteTarget.Blackhole());
    }

    @Test
    void shouldRefuseBadValuesOfWhatASettingIsMadeOf()
    {
        assertEquals("napNs=-1 < 0", refusal(() -> new EngineContext().napNs(-1)));
        assertEquals("segmentFrames=-1 < 0", refusal(() -> new FloodBudget(0, -1, 0)));
        assertEquals("underlay=null; give it a value",
            refusal(() -> new QueueContext(null, new LoopbackPort("a", 1450, 1), null)));
        final MacAddress mac = MacAddress.parse("02:00:00:00:00:01");
        assertEquals("remote=null; give it a value", refusal(() -> new DesiredState().fdb(1, mac, null)));
        assertEquals("destination=null; give it a value", refusal(() -> new DesiredState().route(null, null)));
    }

    /** The two names of one setting. */
    @Test
    void shouldNameTheSettingAsItWasSet()
    {
        assertEquals("maxEntries=0 outside 1…16777216", refusal(() -> new FdbContext().maxEntries(0)));
        assertEquals("maxNeighbors=-1 outside 1…16777216", refusal(() -> new EngineContext().maxNeighbors(-1)));
    }

    private static String refusal(final Executable action)
    {
        return assertThrows(IllegalArgumentException.class, action).getMessage();
    }
}
