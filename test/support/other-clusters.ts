/** Tests start their own clusters, and never reach one that somebody else uses: no program that they start learns of it. */

/** Called by each globalSetup, whose environment every worker inherits. */
export function forgetOtherClusters(): void {
  delete process.env['KUBECONFIG'];
}
