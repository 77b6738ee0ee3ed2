"""What customers wrote, and what it is: a complaint of which tier, or none. One table a language; `-` is no complaint."""

ENGLISH = """
serious  You scratched my door during the wash
minor    I waited two hours and nobody came
minor    I've been waiting for 3 hours already!!
minor    Your receptionist was incredibly rude to my wife
minor    The mechanic yelled at me
minor    You overcharged me by 300
minor    I was charged twice for the same oil change
serious  My car came back with a dent in the bumper
serious  There's a new scratch on the rear door after your service
serious  you broke my side mirror and nobody told me
serious  The noise is back, this is the third time I bring it in for the same problem
critical You forgot to tighten the wheel bolts, the wheel is loose
critical my brakes failed on the way home after your repair
critical My daughter was injured because the seat belt did not lock
critical I will sue you
critical You will hear from my lawyer
critical I'm going to post this on Facebook with photos so that everyone knows
critical I'm calling the newspaper about this
minor    The car is still dirty, did you even wash it?
serious  You did not change the oil, I checked the dipstick
complain Terrible service, never coming back
complain I want to make a complaint about your workshop
complain This is unacceptable. I demand an answer.
serious  I complained yesterday and still no reply
serious  It took forever and the work is sloppy
minor    Nobody answers the phone at your place
minor    You promised it would be ready at noon but it's still not done
serious  The repair was badly done, it leaks again
critical after you changed the pads the brakes feel dangerous
minor    there are grease stains on my white seats
minor    I feel cheated, the price was not what you quoted
serious  somebody stole my sunglasses from my car while it was with you
critical engine caught fire on the motorway yesterday
critical steering locked while driving
serious  You scrached my bumper
minor    your staf ignored me for half an hour
complain I'm really disappointed with your workshop
serious  The technician lied to me about the brake discs
complain I want my money back
minor    kept me waiting all afternoon
serious  You dented my wing. How much will you pay for it?
critical smoke came out of the engine after your service
serious  my alloy wheels were scraped while the car was at your garage
minor    The guy at the counter treated me like an idiot
minor    Three hours for an oil change and not even an apology
minor    Your people left the interior full of grease
serious  the air con you repaired last week has stopped working again
serious  someone took my dash cam while the car was in your shop
serious  the clutch slips, and I only collected it this morning after you replaced it
serious  I have called you five times and nobody picks up
minor    My invoice is 400 higher than the estimate
serious  One of your technicians drove my car to lunch
serious  Steering wheel is crooked since your wheel alignment
serious  your driver bumped my car into a post
minor    it's been two weeks and my car is still in pieces
minor    The manager was so arrogant
serious  coolant all over the engine bay after you changed the hose
critical I got burnt by the coffee machine in your lounge
-        brake fluid price
-        how much is it to fix a scratch on the door
-        can you remove scratches from my bumper
-        do you repair dents
-        my car was hit in a car park, can you fix the dent
-        I scratched my door on a pillar, what would a respray cost
-        is the brake warning light dangerous
-        what does the brake light on the dashboard mean
-        how long does an oil change take
-        how long do I have to wait for a car wash
-        is there a waiting room with wifi
-        what happens if my brakes fail
-        does insurance cover a broken windscreen
-        the staff was not rude at all, thanks
-        no complaints, everything was great
-        thank you for the quick help, great service
-        is my car safe to drive with a worn tyre
-        how do I make a complaint
-        what is your complaints procedure
-        when should brake pads be replaced
-        book a brake check for tomorrow
-        do you sell airbags
-        how much is a wheel alignment
-        what is the price of a paint protection film
-        can I wait while you change the oil
-        my key fob is broken, can you order one
-        I lost my key
-        is the warranty void if I damage the bumper
-        my windscreen is cracked, do you replace it
-        the seat is dirty from my dog, how much is interior cleaning
-        my tyre lost air, can I come by
-        are you open on public holidays
-        I had an accident yesterday, which documents do I need for the insurance
-        what if I am late for my appointment
-        how often should the oil be changed
-        I don't mind waiting
-        my car makes a noise when braking
-        is steering fluid included in the service
-        do you have a lawyer discount
-        can you pick up my car from the hospital car park
-        which film prevents stone chips
-        what time can I collect my car
serious  You replaced the brake pads last week and now it squeals again
"""

SIMPLIFIED = """
serious  上次换完刹车片还是有声音
-        换了雨刮还是有声音正常吗
minor    等了两个小时，没人理我
serious  你们把我车门划伤了
serious  洗完车发现保险杠有划痕
minor    师傅态度特别恶劣
minor    前台爱理不理的
minor    多收了我两百块
serious  同一个毛病修了三次还没好
serious  机油根本没换就收钱
serious  保养完第二天就漏机油
critical 刹车在高速上失灵了
critical 换完轮胎螺丝没拧紧，轮子差点掉了
critical 开到半路发动机起火了
critical 我老婆被你们的门夹伤了手
critical 我要打12315投诉
critical 你们等着收律师函吧
critical 我要发抖音曝光你们
critical 我要找记者
serious  投诉过一次了到现在没人回复
complain 我要投诉你们店
complain 太失望了，服务差劲
minor    车洗得跟没洗一样
minor    座椅上全是黑手印
serious  车里的行车记录仪不见了
serious  你们偷开我的车出去兜风
minor    说好中午取车，结果五点还没好
serious  打了十几个电话没人接
serious  被你们坑了，完全是黑店
serious  修完车还是异响，而且更响了
serious  喷漆有色差，一块深一块浅
complain 要个说法
minor    气死我了，等了半天
serious  你们的技师忘了盖机油盖
serious  贴膜才一个月就起泡了
serious  提车的时候发现轮毂刮花了
minor    收费和报价不一样，贵了五百
critical 方向盘开着开着锁死了
minor    没经过我同意就换了空调滤芯
critical 孩子在你们休息区滑倒了
serious  来了三趟还没修好
minor    客服态度太差，直接骂我
minor    没人里我，等了一个钟头
serious  你们把我车漆弄花了
minor    排了一上午的队连个招呼的人都没有
serious  你们把我轮毂蹭了一大块
serious  空调上周刚修好今天又不制冷了
minor    你们前台说话阴阳怪气
minor    换了个配件收我原厂价结果装的是杂牌
serious  取车一看，前挡风玻璃裂了
minor    预约了九点，到十一点还没人给我弄
serious  洗车把我后视镜掰断了
minor    都两个星期了车还没修好
minor    顾问答应给我回电话，三天了没消息
minor    做个保养把我仪表台弄得全是油
serious  修个刹车，现在一踩就跑偏，太吓人了
minor    你们的收费也太黑了
-        刹车油多少钱
-        刹车片什么时候换
-        划痕修复多少钱
-        车门被别人划了能修吗
-        我自己不小心蹭了一下，补漆多少钱
-        在停车场被撞了怎么走保险
-        保养要等多久
-        洗车要排队吗
-        怎么投诉
-        投诉电话是多少
-        刹车灯亮了是什么意思
-        机油多久换一次
-        你们态度很好，谢谢师傅
-        这次服务很满意
-        没有划痕，洗得很干净
-        安全气囊灯亮怎么办
-        如果刹车失灵怎么办
-        轮胎起包了能补吗
-        车子抖动是什么原因
-        贴膜会不会起泡
-        你们有休息区吗
-        漏机油一般是什么原因
-        喷漆一个面多少钱
-        方向盘有点重是怎么回事
-        能不能提前取车
-        预约周六保养
-        我想了解一下延保
-        挡风玻璃裂了换一块多少钱
-        车里有异味怎么处理
-        电瓶没电了可以上门吗
-        怕划伤车漆，你们用什么毛巾
-        出险了需要什么材料
-        律师的发票怎么开
-        可以开公司抬头的发票吗
-        我迟到半小时可以吗
-        几点下班
-        空调不凉了要加冰媒吗
-        凹陷修复要多长时间
-        会员积分怎么用
-        车好了吗
-        不着急，慢慢修
-        师傅辛苦了
serious  上周才换的刹车片，现在踩下去又有异响
-        昨天换了雨刮，今天又想换电瓶，多少钱
-        刹车有异响 周一上午过去看看
-        家里老人住院了，周四的预约能改到下周吗
critical 你们刹车没修好，害我爸住院了
"""

TRADITIONAL = """
minor    等了兩個鐘頭都沒人理
serious  你們把我的車門刮花了
serious  洗完車保險桿多了一道刮痕
minor    師傅態度很差
minor    櫃檯人員愛理不理
minor    多收我五百塊
serious  同樣的問題又來了，修了三次還沒好
serious  機油根本沒換
serious  保養完隔天就漏油
critical 煞車在國道上失靈
critical 換完輪胎螺絲沒鎖緊
critical 開到一半引擎起火
critical 我太太的手被你們的門夾傷
critical 我要打1950申訴，找消保官
critical 準備收律師信吧
critical 我要上爆料公社
critical 我會找記者來
serious  客訴過了到現在都沒人回
complain 我要客訴你們店
complain 服務爛透了，超差
minor    洗得跟沒洗一樣
minor    座椅都是黑手印
serious  車上的行車記錄器不見了
serious  師傅亂開我的車出去
minor    說好中午交車，結果五點還沒好
serious  打了好幾通電話都沒人接
serious  被你們當盤子，坑錢
serious  修完還是異音，更大聲
serious  烤漆有色差
complain 給我一個交代
minor    激死人，等咗兩個鐘
serious  技師忘記鎖油底殼螺絲
serious  包膜才一個月就起泡
serious  牽車時發現輪框刮傷
minor    比報價貴了三千
critical 方向盤開到一半鎖死
minor    沒問我就換了濾芯
critical 小孩在你們休息室滑倒受傷
serious  整花我架車
minor    冇人理我，等咗成個鐘
minor    態度有夠差
serious  第三次來修同一個毛病了
minor    排隊排了一個早上
serious  才剛修好冷氣又不冷了
minor    講話很不客氣
minor    說要回電也沒回
serious  擋風玻璃被你們弄裂了
minor    收費太誇張了吧
serious  你們技師把我的鋼圈刮到了
-        煞車油多少錢
-        來令片什麼時候要換
-        刮痕處理多少錢
-        車門被別人刮了可以修嗎
-        我自己不小心擦到，烤漆多少錢
-        在停車場被撞，保險怎麼辦
-        保養要等多久
-        洗車需要排隊嗎
-        怎麼客訴
-        客訴專線幾號
-        煞車燈亮是什麼意思
-        機油多久換一次
-        你們態度很好，謝謝
-        這次服務很滿意
-        安全氣囊燈亮怎麼辦
-        如果煞車失靈怎麼辦
-        輪胎鼓包可以補嗎
-        車子抖動是什麼原因
-        包膜會不會起泡
-        有休息室嗎
-        漏油一般是什麼原因
-        烤漆一片多少錢
-        方向盤有點重是怎麼回事
-        可以提早取車嗎
-        預約週六保養
-        想了解延長保固
-        擋風玻璃裂了換一片多少錢
-        車內有異味怎麼處理
-        電瓶沒電可以到府嗎
-        怕刮傷車漆，你們用什麼毛巾
-        出險需要什麼資料
-        可以開公司抬頭發票嗎
-        我會遲到半小時可以嗎
-        幾點打烊
-        冷氣不冷要補冷媒嗎
-        凹陷修復要多久
-        會員點數怎麼用
-        車好了嗎
-        不急，慢慢修
-        師傅辛苦了
-        唔使急
-        整車嘅價錢幾多
serious  上禮拜才換的煞車片，現在踩下去又有異音
-        上次做了保養，這次又想做鍍膜，要約嗎
"""
