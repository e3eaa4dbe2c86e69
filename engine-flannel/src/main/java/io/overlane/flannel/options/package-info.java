// SPDX-License-Identifier: Apache-2.0
/**
 * flanneld's command line and environment, names and defaults.
 */
package io.overlane.flannel.options;
