// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.forwarding.Forwarding;
import io.overlane.segment.Segment;
import io.overlane.underlay.OuterContext;
import org.jspecify.annotations.Nullable;

/** Which segments a fast path may carry: those with whose frames the engine would do no more than to deliver them. */
final class FastPathRules
{
    private FastPathRules()
    {
    }

    /** The reason why only the engine can carry a segment; null if a fast path may. */
    static @Nullable String whyNot(final EngineContext context, final Forwarding forwarding, final Segment segment)
    {
        if (segment.ports().size() != 1)
        {
            return segment.ports().size() == 0 ? "it has no port" : "it has " + segment.ports().size() + " ports";
        }
        if (!context.queues().isEmpty())
        {
            return "its port has several queues";
        }
        if (forwarding.gateways().link(segment.vni()) != null)
        {
            return "it has a gateway";
        }
        return whyNot(segment.rules().outer());
    }

    /** For an inherited field, the fast path would have to read the inner header. */
    private static @Nullable String whyNot(final OuterContext outer)
    {
        if (outer.ttl() == OuterContext.INHERIT)
        {
            return "rule ttl inherit";
        }
        if (outer.tos() == OuterContext.INHERIT)
        {
            return "rule tos inherit";
        }
        return switch (outer.dontFragment())
        {
            case DEFAULT, SET -> null;
            case UNSET -> "rule df unset";
            case INHERIT -> "rule df inherit";
        };
    }
}
