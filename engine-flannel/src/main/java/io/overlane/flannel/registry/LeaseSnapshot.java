// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import java.util.List;

/**
 * All leases at one moment.
 *
 * @param leases   those that could be parsed, without their time to live.
 * @param revision of the registry at that moment; changes follow from the next one.
 */
public record LeaseSnapshot(List<Lease> leases, long revision)
{
}
