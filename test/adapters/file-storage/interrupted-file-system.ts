import { SimulatedFileSystem } from './simulated-file-system.js'

/** Lets somebody else work before one of its calls. */
export class InterruptedFileSystem extends SimulatedFileSystem {
  beforeCall: (call: number) => Promise<void> = () => Promise.resolve()
  private made = 0

  /** Counts calls from the next one on. */
  restart(beforeCall: (call: number) => Promise<void>): void {
    this.made = 0
    this.beforeCall = beforeCall
  }

  override async readFile(path: string) {
    await this.beforeCall(this.made++)
    return super.readFile(path)
  }

  override async readDirectory(path: string) {
    await this.beforeCall(this.made++)
    return super.readDirectory(path)
  }

  override async makeDirectory(path: string) {
    await this.beforeCall(this.made++)
    return super.makeDirectory(path)
  }

  override async status(path: string) {
    await this.beforeCall(this.made++)
    return super.status(path)
  }
}
